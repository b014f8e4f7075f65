// The definition of all arithmetic: plain loops, to be read beside llama2.c, and to compare with.
// The functions are those of llama/kernels/kernels.h, activations.h and math.h, and give the same
// bits (of a NaN, any). Attention has a file of its own, attention_reference.h. Only tests call
// them, and multiply_rows() for a weight type that has no fast loops on a machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "llama/kernels/kernels.h"

namespace llama::reference {

// ---- Rows times columns: each type's row of traits defines the product (f32.cpp, grouped_rows.h).

void prepare_columns(WeightType type, const Columns& columns);
void multiply_rows(WeightType type, std::span<const std::byte> packed, uint32_t rows,
                   const Columns& columns, float* out, size_t out_stride,
                   Largest* largest = nullptr);

// A group of 32 activations as the definition prepares it; its scale is multiplied by `factor`.
struct ActivationGroup {
  float scale;
  int8_t weights[kColumnsPerGroup];
};
static_assert(sizeof(ActivationGroup) <= kPreparedGroupBytes);
void prepare_columns(const Columns& columns, float factor);
ActivationGroup prepared_group(const Columns& columns, uint32_t column, uint32_t group);

float quantize_activations(std::span<const float> values,
                           std::span<int8_t, kColumnsPerGroup> weights);

// ---- Elements

void rmsnorm(std::span<float> out, std::span<const float> x, std::span<const float> weight,
             float eps);
void rotate_pairs(std::span<float> x, std::span<const float> turns);
void scale(std::span<float> x, float factor);
void exp(std::span<float> x);
void softmax(std::span<float> x);
void swiglu(std::span<float> gate, std::span<const float> up);
void add(std::span<float> x, std::span<const float> y);
void multiply(std::span<float> x, std::span<const float> y);

}  // namespace llama::reference
