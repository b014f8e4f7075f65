#include "llama/kernels/kernels_reference.h"

#include <bit>

#include "base/check.h"
#include "llama/kernels/activations.h"
#include "llama/kernels/elements.h"
#include "llama/kernels/math.h"

namespace llama {
namespace {

static_assert(std::endian::native == std::endian::little, "packed words are read as they lie");

// The packed rows are aligned to words by the file format.
uint32_t load_word(const std::byte* at) {
  uint32_t word;
  __builtin_memcpy(&word, __builtin_assume_aligned(at, 4), sizeof(word));
  return word;
}

// A group's quantized activations, as they are prepared here.
struct ActivationGroup {
  float scale;  // times scale_factor()
  int8_t weights[kColumnsPerGroup];
};
static_assert(sizeof(ActivationGroup) <= kPreparedGroupBytes);

// The scale of a row's weights, times 2^-102 (llama/kernels/kernels.h).
float scale_at(const std::byte* block, uint32_t row) {
  const uint32_t pair = load_word(block + row / 2 * 4);
  const uint32_t scale = row % 2 == 0 ? pair & 0xffffu : pair >> 16;
  return std::bit_cast<float>((scale & 0x8000u) << 16 | (scale & 0x7fffu) << 13);
}

constexpr uint32_t kScalesBytes = kRowsPerGroup * kScaleBytes;

// The integer dot product of 32 weights of one row of a q8_0 block with 32 activations.
int32_t dot_q8(const std::byte* block, uint32_t row, const int8_t* x) {
  int32_t sum = 0;
  for (uint32_t k = 0; k < kColumnsPerGroup; k += 4) {
    // Even columns are stored offset by 128 (llama/kernels/packed_rows.h).
    const uint32_t word = load_word(block + kScalesBytes + (k + row) * 4) ^ 0x00800080u;
    sum += static_cast<int8_t>(word) * x[k] + static_cast<int8_t>(word >> 8) * x[k + 1] +
           static_cast<int8_t>(word >> 16) * x[k + 2] + static_cast<int8_t>(word >> 24) * x[k + 3];
  }
  return sum;
}

// The same of a q4_0 block.
int32_t dot_q4(const std::byte* block, uint32_t row, const int8_t* x) {
  int32_t sum = 0;
  for (uint32_t k = 0; k < kColumnsPerGroup; k += 8) {
    // Make all nibbles offset by 8, whatever they are stored as.
    const uint32_t word = load_word(block + kScalesBytes + (k / 2 + row) * 4) ^ 0x80008000u;
    for (uint32_t i = 0; i < 8; ++i) {
      sum += (static_cast<int32_t>(word >> (4 * i) & 15u) - 8) * x[k + i];
    }
  }
  return sum;
}

// `stride`: from a block of the row group to the next.
void multiply_quantized(WeightType type, const std::byte* row_group, size_t stride, uint32_t rows,
                        const Columns& columns, uint32_t column, float* out) {
  const uint32_t groups = column_groups(columns.width);
  const bool is_q8 = type == WeightType::kQ8_0;
  float sums[kRowsPerGroup] = {};
  for (uint32_t g = 0; g < groups; ++g) {
    const std::byte* block = row_group + g * stride;
    ActivationGroup x;
    __builtin_memcpy(&x, columns.prepared.data() + (size_t{column} * groups + g) * sizeof(x),
                     sizeof(x));
    for (uint32_t r = 0; r < kRowsPerGroup; ++r) {
      const int32_t dot = is_q8 ? dot_q8(block, r, x.weights) : dot_q4(block, r, x.weights);
      sums[r] += static_cast<float>(dot_factor(type) * dot) * (scale_at(block, r) * x.scale);
    }
  }
  for (uint32_t r = 0; r < rows; ++r) out[r] = sums[r];
}

void multiply_f32(const std::byte* row_group, uint32_t rows, const Columns& columns,
                  uint32_t column, float* out) {
  const float* x = columns.values.data() + size_t{column} * columns.width;
  float sums[kRowsPerGroup] = {};
  for (uint32_t k = 0; k < columns.width; ++k) {
    for (uint32_t r = 0; r < kRowsPerGroup; ++r) {
      const uint32_t word = load_word(row_group + (size_t{k} * kRowsPerGroup + r) * sizeof(float));
      sums[r] += std::bit_cast<float>(word) * x[k];
    }
  }
  for (uint32_t r = 0; r < rows; ++r) out[r] = sums[r];
}

}  // namespace

namespace reference {

void prepare_columns(WeightType type, const Columns& columns) {
  const uint32_t groups = column_groups(columns.width);
  CHECK(columns.prepared.size() >= prepared_bytes(columns.count, columns.width));
  for (uint32_t c = 0; c < columns.count; ++c) {
    const auto column = columns.column(c);
    for (uint32_t g = 0; g < groups; ++g) {
      const uint32_t first = g * kColumnsPerGroup;
      const uint32_t left = columns.width - first;
      ActivationGroup x;
      x.scale =
          scale_factor(type) *
          quantize_activations(
              column.subspan(first, left < kColumnsPerGroup ? left : kColumnsPerGroup), x.weights);
      __builtin_memcpy(columns.prepared.data() + (size_t{c} * groups + g) * sizeof(x), &x,
                       sizeof(x));
    }
  }
}

void multiply_blocks(WeightType type, std::span<const std::byte> packed, const BlockLayout& layout,
                     uint32_t rows, const Columns& columns, float* out, size_t out_stride,
                     Largest* largest) {
  CHECK(base::divide_up<size_t>(rows, kRowsPerGroup) * layout.row_group_stride <= packed.size());
  for (uint32_t first = 0; first < rows; first += kRowsPerGroup) {
    const std::byte* row_group = packed.data() + first / kRowsPerGroup * layout.row_group_stride;
    const uint32_t in_group = rows - first < kRowsPerGroup ? rows - first : kRowsPerGroup;
    for (uint32_t c = 0; c < columns.count; ++c) {
      float* const to = out + c * out_stride + first;
      if (type == WeightType::kF32) {
        multiply_f32(row_group, in_group, columns, c, to);
      } else {
        multiply_quantized(type, row_group, layout.column_group_stride, in_group, columns, c, to);
      }
    }
  }
  if (largest == nullptr || columns.count != 1) return;
  for (uint32_t r = 0; r < rows; ++r) largest->consider(out[r], r);
}

}  // namespace reference

namespace {

constexpr size_t kEight = 8;

// As integers, since comparing floats costs the VFP11 ten cycles: a NaN with a plus sign counts as
// the largest, one with a minus as the smallest.
float largest_of(std::span<const float> x) {
  // The order of floats is that of their bits, the other way round among those with a sign.
  const auto ordered = [](float value) {
    const auto bits = std::bit_cast<int32_t>(value);
    return bits ^ (bits >> 31 & 0x7fffffff);
  };
  int32_t largest = ordered(x[0]);
  for (const float value : x) {
    const int32_t one = ordered(value);
    largest = one > largest ? one : largest;
  }
  return std::bit_cast<float>(largest ^ (largest >> 31 & 0x7fffffff));
}

}  // namespace

// What is left after whole eights goes one by one.

void rmsnorm(std::span<float> out, std::span<const float> x, std::span<const float> weight,
             float eps) {
  float sum = 0;
  for (const float value : x) sum += value * value;
  const float scale = 1.0f / sqrt(sum / static_cast<float>(x.size()) + eps);
  eights_scale_and_weigh(out.data(), x.data(), weight.data(), x.size() / kEight, scale);
  for (size_t i = x.size() / kEight * kEight; i < x.size(); ++i) {
    out[i] = weight[i] * (scale * x[i]);
  }
}

void rotate_pairs(std::span<float> x, std::span<const float> turns) {
  for (size_t head = 0; head < x.size(); head += turns.size()) {
    for (size_t i = 0; i < turns.size(); i += 2) {
      __builtin_prefetch(x.data() + head + i + 24);
      const float cosine = turns[i];
      const float sine = turns[i + 1];
      const float a = x[head + i];
      const float b = x[head + i + 1];
      x[head + i] = a * cosine - b * sine;
      x[head + i + 1] = a * sine + b * cosine;
    }
  }
}

void softmax(std::span<float> x) {
  const float largest = largest_of(x);
  eights_add_to_all(x.data(), x.data(), x.size() / kEight, -largest);
  for (size_t i = x.size() / kEight * kEight; i < x.size(); ++i) x[i] -= largest;
  exp(x);
  float sum = 0;
  for (const float value : x) sum += value;
  scale(x, 1.0f / sum);
}

void swiglu(std::span<float> gate, std::span<const float> up) {
  constexpr size_t kAtOnce = 8 * kEight;
  float powers[kAtOnce];
  for (size_t first = 0; first < gate.size(); first += kAtOnce) {
    const size_t count = gate.size() - first < kAtOnce ? gate.size() - first : kAtOnce;
    float* const some = gate.data() + first;
    eights_scale(powers, some, count / kEight, -1);
    for (size_t i = count / kEight * kEight; i < count; ++i) powers[i] = -some[i];
    exp(std::span(powers, count));
    eights_silu(some, up.data() + first, powers, count / kEight);
    for (size_t i = count / kEight * kEight; i < count; ++i) {
      some[i] = some[i] * (1.0f / (1.0f + powers[i])) * up[first + i];
    }
  }
}

void scale(std::span<float> x, float factor) {
  eights_scale(x.data(), x.data(), x.size() / kEight, factor);
  for (size_t i = x.size() / kEight * kEight; i < x.size(); ++i) x[i] *= factor;
}

void add(std::span<float> x, std::span<const float> y) {
  eights_add(x.data(), y.data(), x.size() / kEight);
  for (size_t i = x.size() / kEight * kEight; i < x.size(); ++i) x[i] += y[i];
}

void multiply(std::span<float> x, std::span<const float> y) {
  eights_multiply(x.data(), y.data(), x.size() / kEight);
  for (size_t i = x.size() / kEight * kEight; i < x.size(); ++i) x[i] *= y[i];
}

}  // namespace llama
