// The arithmetic of a Llama, on plain arrays. kernels_reference.h defines all of it: plain loops,
// each sum in the order written, to be read beside llama2.c. What runs is this: operations.cpp and
// loops of each machine's own (*_armv6.*, *_host.*), which give the same bits.
//
// A *column* is one token's vector. All functions take what they read and write as spans; shapes
// are in the comments as (columns, width), row-major. Nothing here allocates or fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/align.h"
#include "llama/kernels/largest.h"
#include "llama/kernels/packed_rows.h"

namespace llama {

// Some columns to be multiplied with rows of weights: f32 rows with `values`, rows of integers with
// what prepare_columns() has made of them.
struct Columns {
  uint32_t count;
  uint32_t width;
  std::span<const float> values;  // (count, width)
  std::span<std::byte>
      prepared;             // prepared_bytes(count, width), aligned to 8; may be empty for f32
  size_t value_stride = 0;  // from a column's values to the next one's, if that is not `width`;
                            // not for f32 rows

  std::span<const float> column(uint32_t index) const {
    return values.subspan(index * (value_stride == 0 ? width : value_stride), width);
  }
};

// Room for what prepare_columns() makes of `count` columns, or of less: the same on all machines,
// so that what is planned on one is right for another. The ARMv6 kernels take the most: 18 words
// for each 32 values, of columns by fours.
constexpr uint32_t kPreparedGroupBytes = 72;
constexpr uint32_t kPreparedTogether = 4;
constexpr size_t prepared_bytes(uint32_t count, uint32_t width) {
  return size_t{base::round_up(count, kPreparedTogether)} * column_groups(width) *
         kPreparedGroupBytes;
}

// Makes of columns.values, in columns.prepared, what multiply_rows() reads on this machine for rows
// of `type`; nothing, if that is the values themselves.
void prepare_columns(WeightType type, const Columns& columns);
bool reads_prepared_columns(WeightType type);
// Whether columns that are prepared for one type are for the other as well.
bool share_prepared_columns(WeightType a, WeightType b);

// out[c * out_stride + r] = row r of `packed` times column c, for r < rows. `packed` holds whole
// row groups (llama/kernels/packed_rows.h) one after the other, of a type that has_own_sizes()
// those of one tile, and is aligned to 8 bytes. Columns are prepared for the type. Sums of f32 rows
// run over the columns in order.
//
// Rows of integers are summed over the groups g of 32 columns in order: sum += float(S * dot) *
// (w * x), where dot is the integer product of the group's weights with its activations, w its
// 16-bit weight scale times 2^-102, as its bits stand in a float, x its activation scale times
// 2^102 / S, and S the type's power of two (256 for q8_0, 4096 for q4_0), in which the fast loops
// of the ARM1176 count. All of that is exact but for the two products and the sum.
//
// `largest`, if not null, and there is one column, considers all of them.
void multiply_rows(WeightType type, std::span<const std::byte> packed, uint32_t rows,
                   const Columns& columns, float* out, size_t out_stride,
                   Largest* largest = nullptr);

// What a loop that does not look for the largest on its way does at its end.
inline void consider_all(Largest* largest, const Columns& columns, uint32_t rows,
                         const float* out) {
  if (largest == nullptr || columns.count != 1) return;
  for (uint32_t r = 0; r < rows; ++r) largest->consider(out[r], r);
}

// out = weight * (x / rms(x)), all (width); out may be x. RMSNorm (Zhang & Sennrich 2019).
void rmsnorm(std::span<float> out, std::span<const float> x, std::span<const float> weight,
             float eps);

// Turns the pairs (x[2i], x[2i + 1]) of each head by the angle whose cosine and sine are
// turns[2i] and turns[2i + 1]. x is (heads, head_size), turns (head_size). RoFormer, eq. 34.
void rotate_pairs(std::span<float> x, std::span<const float> turns);

// x *= factor
void scale(std::span<float> x, float factor);

// x = softmax(x), with the maximum taken out first: exponentials times one over their sum.
void softmax(std::span<float> x);

// gate = silu(gate) * up. SwiGLU (Shazeer 2020).
void swiglu(std::span<float> gate, std::span<const float> up);

// x += y, x *= y.
void add(std::span<float> x, std::span<const float> y);
void multiply(std::span<float> x, std::span<const float> y);

}  // namespace llama
