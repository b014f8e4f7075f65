// The arithmetic of a Llama, on plain arrays. kernels_reference.cpp is the definition: loops that
// stand beside llama2.c line for line, each sum in the order written. A fast version for some core
// is another file and gives the same bits.
//
// A *column* is one token's vector. All functions take what they read and write as spans; shapes
// are in the comments as (columns, width), row-major. Nothing here allocates or fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/align.h"
#include "llama/packed_rows.h"

namespace llama {

// Some columns, ready to be multiplied with rows of any weight type. f32 rows use `values`;
// quantized rows use `weights` and `scales`: value ~ weight * scale of its group of 32, weights
// between -127 and 127, padded with zeros to whole groups.
struct Columns {
  uint32_t count;
  uint32_t width;
  std::span<const float> values;  // (count, width)
  std::span<int8_t> weights;      // (count, 32 * column_groups(width)), or empty
  std::span<float> scales;        // (count, column_groups(width)), or empty
};

constexpr uint32_t padded_width(uint32_t width) { return column_groups(width) * kColumnsPerGroup; }

// Fills columns.weights and columns.scales from columns.values: scale = max|x| / 127 of each group,
// weight = x / scale rounded to nearest, ties to even. A group that holds an infinity or NaN gets a
// NaN scale, so that the damage shows in the result.
void quantize_columns(Columns& columns);

// out[c * out_stride + r] = row r of `packed` times column c, for r < rows. `packed` holds whole
// row groups (llama/packed_rows.h) and is aligned to 4 bytes. Sums run over the columns in order;
// of quantized rows, over the groups in order: sum += float(integer dot) * (weight scale * x
// scale).
void multiply_rows(WeightType type, std::span<const std::byte> packed, uint32_t rows,
                   const Columns& columns, float* out, size_t out_stride);

// out = weight * (x / rms(x)), all (width); out may be x. RMSNorm (Zhang & Sennrich 2019).
void rmsnorm(std::span<float> out, std::span<const float> x, std::span<const float> weight,
             float eps);

// Turns the pairs (x[2i], x[2i + 1]) of each head by the angle whose cosine and sine are
// turns[2i] and turns[2i + 1]. x is (heads, head_size), turns (head_size). RoFormer, eq. 34.
void rotate_pairs(std::span<float> x, std::span<const float> turns);

// x = softmax(x), with the maximum taken out first.
void softmax(std::span<float> x);

// gate = silu(gate) * up. SwiGLU (Shazeer 2020).
void swiglu(std::span<float> gate, std::span<const float> up);

// x += y.
void add(std::span<float> x, std::span<const float> y);

// out[t] = (q . keys[t]) / sqrt(head_size), each product summed in order: the attention
// scores of one head. q (head_size), keys (positions, head_size), out (positions).
void attention_scores(std::span<float> out, std::span<const float> q, std::span<const float> keys);

// out = sum over t of weights[t] * values[t]. values (positions, head_size), out (head_size).
void attention_mix(std::span<float> out, std::span<const float> weights,
                   std::span<const float> values);

}  // namespace llama
