// Where everything of a model file goes: segments, tensors and their tiles, before any byte of them
// is written.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "llama/model/model_file_writer.h"

namespace host {

struct LayoutOptions {
  // Of each tensor that the model has.
  std::function<llama::WeightType(llama::TensorRole role, uint32_t layer)> type_of;
  // Whether the model has it. Without: what its configuration asks for.
  std::function<bool(llama::TensorRole role, uint32_t layer)> has = {};
  // A tile takes about this many bytes, at least one row group.
  uint32_t tile_bytes = 64 * 1024;
  uint64_t tokenizer_bytes = 0;
};

struct ModelLayout {
  std::vector<llama::Segment> segments;  // without CRCs
  std::vector<llama::Tensor> tensors;
  std::vector<uint32_t> tile_crcs;  // 0
  uint64_t head_bytes = 0;          // header and directory, up to the first segment
  uint64_t file_bytes = 0;

  llama::DirectoryTables tables() const { return {segments, tensors, tile_crcs}; }
};

ModelLayout lay_out(const llama::ModelConfig& config, const LayoutOptions& options);

}  // namespace host
