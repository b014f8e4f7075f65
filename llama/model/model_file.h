// The .blm file: one model, everything the Pi needs inside. docs/format.md has every byte; this is
// its reader. The writer is llama/model/model_file_writer.h.
//
//   header (4096 bytes) | directory | segments, each from a multiple of 4096 on
//
// The directory says what is there: segments by kind, tensors by role (llama/model/layer_table.h),
// and the checksum of each tile.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/status.h"
#include "llama/model/config.h"
#include "llama/model/file_layout.h"
#include "llama/model/layer_table.h"
#include "llama/model/model_parts.h"
#include "llama/model/tensor.h"
#include "llama/model/weight_source.h"

namespace llama {

// Which models open() takes: those that this program computes, or, to look at, all that it can
// read.
enum class Accept : uint8_t { kComputed, kReadable };

// An opened model: header and directory, read and validated. Lives in the arena.
class ModelFile {
 public:
  // Reads and checks header and directory; takes arena room for the tables ("model directory").
  // kCorrupt: not a model, damaged, or of shapes that do not agree; kUnsupported: another version,
  // something that must be known and is not, or, unless `accept` says so, a tensor that the
  // forward pass does not compute; kOutOfRange: truncated; kOutOfMemory; and whatever the source
  // returns.
  static base::Result<ModelFile> open(WeightSource& source, base::Arena& arena,
                                      Accept accept = Accept::kComputed);
  // Takes of a measuring arena what open() takes of a real one for this file.
  base::Status measure(base::Arena& arena) const;

  // Whether the forward pass computes with all that the model has; kUnsupported names what it does
  // not.
  base::Status check_computed() const;

  const ModelConfig& config() const { return config_; }
  std::string_view name() const;
  // All of them, those of unknown kinds that may be skipped among them.
  std::span<const Segment> segments() const { return segments_; }
  // In the order of execution.
  std::span<const Tensor> tensors() const { return tensors_; }
  // Tensors of unknown roles that may be left out.
  uint32_t left_out() const { return counts_.tensors - static_cast<uint32_t>(tensors_.size()); }
  uint32_t tile_crc(uint32_t tile) const { return tile_crcs_[tile]; }
  uint64_t file_bytes() const { return file_bytes_; }
  // How it was cut into files; all offsets are those of the whole.
  const ModelParts& parts() const { return parts_; }
  // CRC-32C of all tables, those of tile and segment CRCs among them: another one for other weights
  // or another tokenizer.
  uint32_t directory_crc() const { return directory_crc_; }

  // The index in tensors(), or kAbsent. Takes no time: there is a table of all places. `layer` is
  // below n_layers, 0 for a tensor of no layer; `expert` is below copies_of() the role's row.
  static constexpr uint32_t kAbsent = UINT32_MAX;
  uint32_t index_of(TensorRole role, uint32_t layer = 0, uint32_t expert = 0) const {
    return index_[layer * slots_ + slot_of(role, expert)];
  }
  // The table that the classifier multiplies with: its own, or the embedding.
  uint32_t classifier_index() const {
    return index_of(config_.tied_classifier ? TensorRole::kEmbedding : TensorRole::kClassifier);
  }

  // Indices of the matrices that a pass multiplies with, in the order of execution; the last one is
  // the classifier's. Tensor::step is the inverse.
  std::span<const uint32_t> pass_matrices() const { return pass_matrices_; }

  const Segment& tokenizer_segment() const { return segments_[tokenizer_]; }
  const Segment& segment_of(uint32_t tensor_index) const {
    return segments_[tensors_[tensor_index].segment];
  }

 private:
  friend class DirectoryReader;

  // How much of everything the directory has.
  struct Counts {
    uint32_t segments = 0;
    uint32_t tensors = 0;
    uint32_t tiles = 0;
    uint32_t tile_starts = 0;
  };

  base::Status take_tables(base::Arena& arena);
  base::Status parse_header(std::span<const std::byte> header);

  ModelConfig config_{};
  std::array<char, kModelNameBytes> name_{};
  Counts counts_;
  std::span<Segment> segments_;
  std::span<Tensor> tensors_;
  std::span<uint32_t> tile_starts_;
  std::span<uint32_t> tile_crcs_;
  std::span<uint32_t> index_;  // (layers, slots_): indices in tensors_, or kAbsent
  uint32_t slots_ = 0;
  std::span<uint32_t> pass_matrices_;
  uint32_t tokenizer_ = 0;  // the number of its segment
  uint64_t file_bytes_ = 0;
  ModelParts parts_;
  uint64_t directory_bytes_ = 0;
  uint32_t directory_crc_ = 0;
};

}  // namespace llama
