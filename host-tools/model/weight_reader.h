// What a converter knows of the model that it reads: its configuration, and rows of its tensors as
// floats, or, where they are quantized just as ours, as they are. llama2.c checkpoints
// (checkpoint.h) are one kind, tensors stored by others (stored_weights.h) the second.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/check.h"
#include "host-tools/model/stored_type.h"
#include "llama/model/model_file.h"

namespace host {

class WeightReader {
 public:
  virtual ~WeightReader() = default;

  virtual const llama::ModelConfig& config() const = 0;
  // One line for a person: "llama2.c checkpoint, version 0, f32".
  virtual std::string description() const = 0;
  // Whether the model has this tensor.
  virtual bool has(llama::TensorKey tensor) const {
    return llama::is_required(llama::row_of(tensor.role), config());
  }
  // out (rows, columns) = the rows of a tensor from `first_row`, in the row order of llama2.c (RoPE
  // turns neighbouring pairs). Throws Failure.
  virtual void read_rows(llama::TensorKey tensor, uint32_t first_row, std::span<float> out) = 0;

  // The smallest type that holds the tensor's own groups of 32 bit for bit; nullopt if it has none.
  // Types of more bits hold them, too.
  virtual std::optional<llama::WeightType> group_type(llama::TensorKey /*tensor*/) const {
    return std::nullopt;
  }
  // out (rows, columns / 32) = those groups, of a tensor that has a group_type(). Throws Failure.
  virtual void read_groups(llama::TensorKey /*tensor*/, uint32_t /*first_row*/,
                           std::span<WeightGroup> /*out*/) {
    CHECK(false);
  }
};

}  // namespace host
