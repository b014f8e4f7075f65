// How the rows of a matrix lie in the model file: packed once, by the converter, in the order in
// which the ARM1176's kernels read them. The Pi does no re-packing; the reference kernels read the
// same bytes. docs/format.md draws this.
//
// Four rows form a *row group*, interleaved so that one linear stream feeds four accumulators. The
// columns are cut into groups of 32 (the last one padded with zeros); a *block* is one column group
// of one row group:
//
//   q8_0 block, 136 bytes: 4 scales of 16 bits (rows 0 to 3), then for k = 0, 4, .. 28 and each of
//     the 4 rows one word: the weights of columns k to k+3, one byte each, lowest column first.
//     The bytes of even columns are stored XOR 0x80 (offset by 128): two SMLADs and one UXTB16 then
//     multiply a whole word (llama/kernels/kernels.h).
//   q4_0 block, 72 bytes: 4 scales, then for k = 0, 8, 16, 24 and each row one word: the weights of
//     columns k to k+7, one nibble each, lowest column first, offset by 8 as in GGUF, but the
//     topmost nibble of each half (columns k+3 and k+7) XOR 8, that is in two's complement.
//   f32: no column groups: for each column 4 floats, rows 0 to 3.
//
// A matrix whose row count is no multiple of four is padded with rows of zeros. A tensor of a
// single row (a norm's weights) is not interleaved: it is plain little-endian f32.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/align.h"

namespace llama {

enum class WeightType : uint16_t { kF32 = 0, kQ8_0 = 1, kQ4_0 = 2 };
constexpr uint16_t kWeightTypeCount = 3;
const char* name_of(WeightType type);

constexpr uint32_t kRowsPerGroup = 4;
constexpr uint32_t kColumnsPerGroup = 32;
constexpr uint32_t kScaleBytes = 2;
constexpr uint32_t kQ8BlockBytes = kRowsPerGroup * (kScaleBytes + kColumnsPerGroup);
constexpr uint32_t kQ4BlockBytes = kRowsPerGroup * (kScaleBytes + kColumnsPerGroup / 2);
static_assert(kQ8BlockBytes == 136 && kQ4BlockBytes == 72);

constexpr uint32_t block_bytes(WeightType type) {  // of a quantized type
  return type == WeightType::kQ8_0 ? kQ8BlockBytes : kQ4BlockBytes;
}

constexpr uint32_t column_groups(uint32_t columns) {
  return base::divide_up(columns, kColumnsPerGroup);
}

// Bytes of one row group (four rows) of `columns` columns.
constexpr uint64_t row_group_bytes(WeightType type, uint32_t columns) {
  switch (type) {
    case WeightType::kF32:
      return uint64_t{columns} * kRowsPerGroup * sizeof(float);
    case WeightType::kQ8_0:
      return uint64_t{column_groups(columns)} * kQ8BlockBytes;
    case WeightType::kQ4_0:
      return uint64_t{column_groups(columns)} * kQ4BlockBytes;
  }
  return 0;
}

// Scales are 16-bit floats of our own: sign, 5 bits of exponent, 10 of mantissa, value
// (1 + mantissa / 1024) * 2^(exponent - 25), all zero for 0. No subnormals: IEEE halves from 2^-24
// (their smallest subnormal) to just under 128 all convert exactly, and back to float is a shift on
// a machine that flushes subnormals (exponent 25 below IEEE single's bias 127: the kernels multiply
// by 2^102 elsewhere). A scale of 128 or more would mean weights in the thousands.
constexpr int kScaleBias = 25;
float scale_to_float(uint16_t scale);

// The scale that equals the IEEE half `half`; false if there is none (128 and above, infinity,
// NaN).
bool scale_from_half(uint16_t half, uint16_t& scale);

// The scale next to `scale`, which is not negative and below 128; 0 for what is below 2^-24.
constexpr uint16_t scale_from_float(float scale) {
  // Half of what goes less one, and the last kept place itself, make ties even (a carry into the
  // exponent is what it should be).
  const auto bits = std::bit_cast<uint32_t>(scale);
  constexpr uint32_t kRebias = (127 - kScaleBias) << 23;
  if (bits < kRebias + (1u << 23)) return 0;
  return static_cast<uint16_t>((bits - kRebias + 0xfff + (bits >> 13 & 1)) >> 13);
}

// One row of groups of 32 as every tool outside knows them: the scale as an IEEE half, and the
// weights as int8 (q8_0: -128 to 127; q4_0: -8 to 7).
struct GroupView {
  uint16_t half_scale;
  std::span<const int8_t, kColumnsPerGroup> weights;
};

// Packs one column group of one row into its block. `row_in_group` is 0 to 3. Returns false if the
// scale has no 16-bit form here. A scale of zero makes all weights zero.
bool pack_group(WeightType type, const GroupView& group, uint32_t row_in_group,
                std::span<std::byte> block);

// Packs one row of `row.size()` floats into its f32 row group.
void pack_f32_row(std::span<const float> row, uint32_t row_in_group,
                  std::span<std::byte> row_group);

// Quantizes 32 floats as ggml's reference does (quantize_row_q8_0_ref, quantize_row_q4_0_ref): q8_0
// with scale max|x| / 127, q4_0 with scale (the x of largest magnitude) / -8; scales rounded to
// halves. Values that are not finite are the caller's to refuse.
uint16_t quantize_group(WeightType type, std::span<const float, kColumnsPerGroup> values,
                        std::span<int8_t, kColumnsPerGroup> weights);

// Decodes one row of a row group to floats: out.size() columns. Exact: scale * weight.
void unpack_row(WeightType type, std::span<const std::byte> row_group, uint32_t row_in_group,
                std::span<float> out);

// The integer weight of one column, from its block.
int unpack_q8(std::span<const std::byte> block, uint32_t row_in_group, uint32_t column);
int unpack_q4(std::span<const std::byte> block, uint32_t row_in_group, uint32_t column);

}  // namespace llama
