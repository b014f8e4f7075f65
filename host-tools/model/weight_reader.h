// What a converter knows of somebody's model: its configuration, and rows of its tensors as floats.
// llama2.c checkpoints (checkpoint.h) are one kind; others join by deriving from it.
#pragma once

#include <span>
#include <string>

#include "llama/model_file.h"

namespace host {

class WeightReader {
 public:
  virtual ~WeightReader() = default;

  virtual const llama::ModelConfig& config() const = 0;
  // One line for a person: "llama2.c checkpoint, version 0, f32".
  virtual std::string description() const = 0;
  // out (rows, columns) = rows `first_row` and on of a tensor, in the row order of llama2.c (RoPE
  // turns neighbouring pairs). Throws Failure.
  virtual void read_rows(llama::TensorRole role, uint32_t layer, uint32_t first_row,
                         std::span<float> out) = 0;
};

}  // namespace host
