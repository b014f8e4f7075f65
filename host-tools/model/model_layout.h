// Where everything of a model file goes: segments, tensors and their tiles, before any byte of them
// is written.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "llama/model/model_file_writer.h"

namespace host {

struct LayoutOptions {
  // Of each tensor that the model has.
  std::function<llama::WeightType(llama::TensorKey tensor)> type_of;
  // Whether the model has it. Without: what its configuration asks for.
  std::function<bool(llama::TensorKey tensor)> has = {};
  // A tile takes about this many bytes, at least one row group.
  uint32_t tile_bytes = 64 * 1024;
  uint64_t tokenizer_bytes = 0;
  // What the tiles of a tensor take without their padding, whose rows are cut into tiles already.
  // Asked for types only that have sizes of their own; where such tiles take no less than those of
  // the dense type, the tensor gets that.
  std::function<std::vector<uint64_t>(const llama::Tensor& tensor)> tile_sizes = {};
};

struct ModelLayout {
  std::vector<llama::Segment> segments;  // without CRCs
  std::vector<llama::Tensor> tensors;
  std::vector<uint32_t> tile_crcs;  // 0
  // Of tensors whose tiles have sizes of their own: Tensor::tile_starts points at them.
  std::vector<std::shared_ptr<const std::vector<uint32_t>>> tile_starts;
  uint64_t head_bytes = 0;  // header and directory, up to the first segment
  uint64_t file_bytes = 0;

  llama::DirectoryTables tables() const { return {segments, tensors, tile_crcs}; }
};

ModelLayout lay_out(const llama::ModelConfig& config, const LayoutOptions& options);

}  // namespace host
