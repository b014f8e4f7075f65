// The matrices of a forward pass in order of execution, as steps: seven a layer, then the
// classifier.
#pragma once

#include <cstdint>

#include "base/check.h"
#include "llama/model/model_file.h"

namespace llama {

class PassOrder {
 public:
  static constexpr uint32_t kMatricesPerLayer = 7;

  PassOrder() = default;
  // The file outlives it.
  explicit PassOrder(const ModelFile& file) : file_(&file) {}

  uint32_t layer_steps() const { return file_->config().n_layers * kMatricesPerLayer; }
  uint32_t steps(bool with_classifier) const { return layer_steps() + (with_classifier ? 1 : 0); }

  uint32_t tensor_at(uint32_t step) const {
    const uint32_t layer = step / kMatricesPerLayer;
    if (layer == file_->config().n_layers) return file_->classifier_index();
    return ModelFile::layer_index(layer, kRoles[step % kMatricesPerLayer]);
  }

  // The inverse. For an index of a matrix that a pass multiplies with.
  uint32_t step_of(uint32_t tensor_index) const {
    if (tensor_index == file_->classifier_index()) return layer_steps();
    const Tensor& tensor = file_->tensors()[tensor_index];
    uint32_t matrix = 0;
    while (matrix < kMatricesPerLayer && kRoles[matrix] != tensor.role) ++matrix;
    CHECK(matrix < kMatricesPerLayer);
    return uint32_t{tensor.layer} * kMatricesPerLayer + matrix;
  }

 private:
  static constexpr TensorRole kRoles[kMatricesPerLayer] = {
      TensorRole::kWq, TensorRole::kWk, TensorRole::kWv, TensorRole::kWo,
      TensorRole::kW1, TensorRole::kW3, TensorRole::kW2};

  const ModelFile* file_ = nullptr;
};

}  // namespace llama
