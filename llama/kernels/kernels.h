// The arithmetic of a Llama, on plain arrays. kernels_reference.cpp is the definition: loops that
// stand beside llama2.c line for line, each sum in the order written. What costs the time has a
// fast version for each machine, in a file of its own (kernels_host.cpp, kernels_armv6.cpp), which
// gives the same bits.
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

// Some columns to be multiplied with rows of weights. f32 rows use `values`, quantized ones what
// prepare_columns() has made of them.
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

// Quantizes columns.values into columns.prepared, laid out as multiply_rows() reads it on this
// machine for rows of `type`, a quantized one.
void prepare_columns(WeightType type, const Columns& columns);

// Where the blocks of quantized rows lie: bytes from one row group to the next, and from a block to
// that of the next column group.
struct BlockLayout {
  size_t row_group_stride;
  size_t column_group_stride;
};

// One row group behind the other: the rows of a model file.
constexpr BlockLayout rows_layout(WeightType type, uint32_t width) {
  return {static_cast<size_t>(row_group_bytes(type, width)), block_bytes(type)};
}

// multiply_rows(), see below, of rows whose blocks lie as `layout` says, if they are quantized.
void multiply_blocks(WeightType type, std::span<const std::byte> packed, const BlockLayout& layout,
                     uint32_t rows, const Columns& columns, float* out, size_t out_stride,
                     Largest* largest = nullptr);

// out[c * out_stride + r] = row r of `packed` times column c, for r < rows. `packed` holds whole
// row groups (llama/kernels/packed_rows.h) one behind the other, and is aligned to 8 bytes. Sums
// run over the columns in order. Quantized rows need columns prepared for their type, and are
// summed over the groups g of 32 columns in order: sum += float(S * dot) * (w * x), where dot is
// the integer product of the group's weights with its activations, w its 16-bit weight scale times
// 2^-102, as its bits stand in a float, x its activation scale times 2^102 / S, and S = 256 for
// q8_0 and 4096 for q4_0: the powers of two in which the fast loops of the ARM1176 count. All of
// that is exact but for the two products and the sum.
//
// `largest`, if not null, and there is one column, considers all of them.
inline void multiply_rows(WeightType type, std::span<const std::byte> packed, uint32_t rows,
                          const Columns& columns, float* out, size_t out_stride,
                          Largest* largest = nullptr) {
  multiply_blocks(type, packed, rows_layout(type, columns.width), rows, columns, out, out_stride,
                  largest);
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
