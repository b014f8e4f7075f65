// Writes a .blm file from what a WeightReader reads: quantizes, packs
// (llama/kernels/packed_rows.h), cuts into tiles, sums CRCs. One tile is in memory at a time.
//
// Tensors in a type that leaves out zeros (llama::WeightTraits::dense) are read twice, since the
// size of their tiles depends on the weights. Such a type is asked for by `leaves_out_zeros`, by
// `type`, or by a reader that says so of a tensor (WeightReader::group_type() with `keep_groups`);
// a tensor that it would not make smaller gets the dense type.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host-tools/model/weight_reader.h"

namespace host {

struct WriteOptions {
  llama::WeightType type = llama::WeightType::kQ8_0;
  // Of the embedding table and the classifier, whose rows are worth more; without: `type`.
  std::optional<llama::WeightType> vocabulary_type = std::nullopt;
  // A tensor whose own groups of 32 are those of a smaller type (WeightReader::group_type()) keeps
  // that type.
  bool keep_groups = false;
  // Of which tensors the zeros are left out, if their type has a form for that. Without: of none.
  std::function<bool(llama::TensorKey tensor)> leaves_out_zeros = {};
  // In place of the one that the model asks for.
  std::optional<llama::ChatTemplate> chat_template = std::nullopt;
  std::string name = {};
  // A tile takes about this many bytes, at least one row group.
  uint32_t tile_bytes = 64 * 1024;
  // Of each part but the last, a multiple of 4096; 0: one file if it can lie on a FAT card,
  // otherwise parts of 4000 MiB.
  uint64_t part_bytes = 0;
};

// What quantizing cost a matrix: differences of a weight (written - read), without their sign.
struct TensorError {
  llama::TensorRole role;
  uint32_t layer;
  llama::WeightType type;
  uint64_t weights = 0;
  double largest = 0;
  double sum = 0;

  double mean() const { return weights == 0 ? 0 : sum / static_cast<double>(weights); }
};

struct WriteReport {
  uint64_t file_bytes = 0;  // of all parts together
  uint32_t parts = 1;
  uint32_t matrices = 0;
  uint32_t exact_matrices = 0;  // of which every weight is what was read
  // What quantization cost the other matrices: root mean square of (written - read), over that of
  // what was read; and the largest difference of a weight.
  double relative_error = 0;
  double largest_error = 0;
  std::map<llama::WeightType, uint32_t> matrices_of_type;
  std::vector<TensorError> errors;  // of all matrices, in the file's order
};

// Writes next to `output` and renames: nothing is left by a failure, or by a signal that ends
// the program. `tokenizer` is the tokenizer segment's content (docs/format.md). Groups of 32 that
// the model has already are packed as they are, where the type has as many bits. Throws Failure.
WriteReport write_model(WeightReader& reader, std::span<const std::byte> tokenizer,
                        const WriteOptions& options, const std::filesystem::path& output);

}  // namespace host
