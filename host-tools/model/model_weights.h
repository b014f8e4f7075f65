// The tensors of a .blm file as a converter reads them: what is written from it with
// WriteOptions::keep_groups has the same weights, bit for bit. What changes some on their way
// (pruning) wraps it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/arena.h"
#include "host-tools/model/file_source.h"
#include "host-tools/model/host_model.h"
#include "host-tools/model/weight_reader.h"
#include "llama/model/model_file.h"

namespace host {

class ModelWeights final : public WeightReader {
 public:
  // Throws Failure: not a model, or damaged. Of models that this program does not compute, too.
  explicit ModelWeights(const std::filesystem::path& path);

  const llama::ModelFile& file() const { return *file_; }
  // The tokenizer segment, its padding included.
  std::vector<std::byte> tokenizer();

  const llama::ModelConfig& config() const override { return file_->config(); }
  std::string description() const override;
  bool has(llama::TensorKey tensor) const override;
  // Each tile is checked against its checksum.
  void read_rows(llama::TensorKey tensor, uint32_t first_row, std::span<float> out) override;
  // The tensor's own type, if it holds integers.
  std::optional<llama::WeightType> group_type(llama::TensorKey tensor) const override;
  void read_groups(llama::TensorKey tensor, uint32_t first_row,
                   std::span<WeightGroup> out) override;

 private:
  const llama::Tensor& find(llama::TensorKey tensor) const;
  // The tile that has the row, which becomes the row's number within it.
  std::span<const std::byte> tile_of(const llama::Tensor& tensor, uint32_t& row);

  std::string name_;  // for messages
  FileSource source_;
  Memory memory_;
  base::Arena arena_;
  std::optional<llama::ModelFile> file_;
  std::optional<Memory> tile_memory_;  // of the largest tile
  std::span<const std::byte> tile_;    // the one that was read last
  uint32_t tile_number_ = UINT32_MAX;  // of all tiles
};

}  // namespace host
