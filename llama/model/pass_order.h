// The matrices of a forward pass in order of execution, as steps: those of each layer that the file
// has, then the classifier.
#pragma once

#include <cstdint>

#include "base/check.h"
#include "llama/model/model_file.h"

namespace llama {

class PassOrder {
 public:
  PassOrder() = default;
  // The file outlives it.
  explicit PassOrder(const ModelFile& file) : file_(&file) {}

  uint32_t layer_steps() const { return steps(true) - 1; }
  uint32_t steps(bool with_classifier) const {
    const auto all = static_cast<uint32_t>(file_->pass_matrices().size());
    return with_classifier ? all : all - 1;
  }

  uint32_t tensor_at(uint32_t step) const { return file_->pass_matrices()[step]; }

  // The inverse. For an index of a matrix that a pass multiplies with.
  uint32_t step_of(uint32_t tensor_index) const {
    const uint32_t step = file_->tensors()[tensor_index].step;
    CHECK(step != Tensor::kNoStep);
    return step;
  }

 private:
  const ModelFile* file_ = nullptr;
};

}  // namespace llama
