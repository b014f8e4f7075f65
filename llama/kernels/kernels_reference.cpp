#include "llama/kernels/kernels_reference.h"

#include "base/bytes.h"
#include "base/check.h"
#include "llama/kernels/math.h"

namespace llama::reference {

// ---- Rows times columns

void prepare_columns(WeightType type, const Columns& columns) {
  const RowsKernel& kernel = traits_of(type).reference;
  if (kernel.prepare_columns != nullptr) kernel.prepare_columns(columns);
}

void multiply_rows(WeightType type, std::span<const std::byte> packed, uint32_t rows,
                   const Columns& columns, float* out, size_t out_stride, Largest* largest) {
  traits_of(type).reference.multiply_rows(packed, rows, columns, out, out_stride, largest);
}

void prepare_columns(const Columns& columns, float factor) {
  CHECK(columns.prepared.size() >= prepared_bytes(columns.count, columns.width));
  std::byte* to = columns.prepared.data();
  for (uint32_t c = 0; c < columns.count; ++c) {
    for (uint32_t first = 0; first < columns.width; first += kColumnsPerGroup) {
      const uint32_t left = columns.width - first;
      const uint32_t count = left < kColumnsPerGroup ? left : kColumnsPerGroup;
      ActivationGroup x;
      x.scale = factor * quantize_activations(columns.column(c).subspan(first, count), x.weights);
      __builtin_memcpy(to, &x, sizeof x);
      to += sizeof x;
    }
  }
}

ActivationGroup prepared_group(const Columns& columns, uint32_t column, uint32_t group) {
  ActivationGroup x;
  const size_t index = size_t{column} * column_groups(columns.width) + group;
  __builtin_memcpy(&x, columns.prepared.data() + index * sizeof x, sizeof x);
  return x;
}

float quantize_activations(std::span<const float> values,
                           std::span<int8_t, kColumnsPerGroup> weights) {
  float largest = 0;
  bool is_damaged = false;
  for (const float value : values) {
    const float magnitude = value < 0 ? -value : value;
    if (magnitude > largest) largest = magnitude;
    is_damaged |= !(magnitude <= 0x1.fffffep127f);  // an infinity or a NaN
  }
  for (int8_t& weight : weights) weight = 0;
  if (is_damaged) return __builtin_nanf("");
  const float scale = largest / 127.0f;
  if (!(scale > 0)) return 0;
  const float inverse = 1.0f / scale;
  for (size_t i = 0; i < values.size(); ++i) {
    weights[i] = static_cast<int8_t>(round_to_int(values[i] * inverse));
  }
  return scale;
}

// ---- Elements

void rmsnorm(std::span<float> out, std::span<const float> x, std::span<const float> weight,
             float eps) {
  float sum = 0;
  for (const float value : x) sum += value * value;
  const float scale = 1.0f / sqrt(sum / static_cast<float>(x.size()) + eps);
  for (size_t i = 0; i < x.size(); ++i) out[i] = weight[i] * (scale * x[i]);
}

void rotate_pairs(std::span<float> x, std::span<const float> turns) {
  for (size_t i = 0; i < x.size(); i += 2) {
    const float cosine = turns[i % turns.size()];
    const float sine = turns[i % turns.size() + 1];
    const float a = x[i];
    const float b = x[i + 1];
    x[i] = a * cosine - b * sine;
    x[i + 1] = a * sine + b * cosine;
  }
}

void scale(std::span<float> x, float factor) {
  for (float& value : x) value *= factor;
}

void exp(std::span<float> x) {
  for (float& value : x) value = llama::exp(value);
}

void softmax(std::span<float> x) {
  float largest = x[0];
  for (const float value : x) {
    if (value > largest) largest = value;
  }
  float sum = 0;
  for (float& value : x) {
    value = llama::exp(value - largest);
    sum += value;
  }
  // llama2.c divides each by the sum.
  const float factor = 1.0f / sum;
  for (float& value : x) value *= factor;
}

void swiglu(std::span<float> gate, std::span<const float> up) {
  for (size_t i = 0; i < gate.size(); ++i) {
    const float silu = gate[i] * (1.0f / (1.0f + llama::exp(-gate[i])));
    gate[i] = silu * up[i];
  }
}

void add(std::span<float> x, std::span<const float> y) {
  for (size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

void multiply(std::span<float> x, std::span<const float> y) {
  for (size_t i = 0; i < x.size(); ++i) x[i] *= y[i];
}

}  // namespace llama::reference
