// Matrix products on the ARM1176: operands laid out for the loops in kernels_armv6.S.
//
// Those loops take a packed word of weights as two halfwords and multiply each by one SMLAD with a
// pair of activations; what that product has too much is taken away again by the next one:
//
//   q8_0: a word's halves are 256 b1 + u0 and 256 b3 + u2, where b is a weight and u = b + 128 (the
//     even columns are stored so). With (x1, x3) for the halves and (256 x0 - x1, 256 x2 - x3) for
//     the bytes that UXTB16 leaves, u0 and u2, the sum is
//       (256 b1 + u0) x1 + u0 (256 x0 - x1) + ... = 256 (b1 x1 + u0 x0 + b3 x3 + u2 x2),
//     and a *bias* of -128 * 256 * (x0 + x2) makes b of u.
//   q4_0: a half is 4096 s3 + 256 u2 + 16 u1 + u0, where s is a weight and u = s + 8. With
//       x3             for the half,
//       16 x2 - x3     for 256 u2 (one AND),
//       256 x1 - x3    for 16 u1 + u0 (one UXTB16),
//       16 x0 - x1     for 256 u0 (one AND of the word shifted)
//     the sum is 4096 (s3 x3 + u2 x2 + u1 x1 + u0 x0), and the bias -8 * 4096 * (x2 + x1 + x0).
//
// All operands fit 16 bits since |x| <= 127; sums wrap around on the way, and end within 32 bits.
#include <algorithm>
#include <bit>

#include "base/check.h"
#include "llama/kernels/activations.h"
#include "llama/kernels/kernels.h"
#include "llama/kernels/rows_work.h"

namespace llama {
namespace {

// Columns are multiplied four at a time, and what is left one at a time, or as four if it is two or
// three (the others being zeros).
constexpr uint32_t kColumnsAtOnce = 4;

// A group of 32 prepared columns: scale, bias, 16 pairs of activations; each of them once for one
// column, or four times, for four columns, in a row.
constexpr uint32_t kGroupWords = 18;
constexpr uint32_t kScaleWord = 0;
constexpr uint32_t kBiasWord = 1;
constexpr uint32_t kFirstPairWord = 2;
static_assert(kGroupWords * sizeof(uint32_t) == kPreparedGroupBytes);
static_assert(kColumnsAtOnce == kPreparedTogether);

constexpr size_t prepared_column_bytes(uint32_t width) {
  return size_t{column_groups(width)} * kPreparedGroupBytes;
}

// Activations stay in the first-level cache while weights stream past it: what a loop goes over
// again and again is a part of the columns, at most. 16 KiB, 4 ways (ARM1176JZF-S TRM 7.2).
constexpr uint32_t kColumnBytesAtOnce = 9216;

// RowsWork::largest, if nobody asks.
constexpr int32_t kNoneIsLarger = 0x7fffffff;

// Rows of one call if their sums are gathered on the stack.
constexpr uint32_t kRowsAtOnce = 64;

extern "C" {
void armv6_multiply_q8_1(const RowsWork* work);
void armv6_multiply_q8_4(const RowsWork* work);
void armv6_multiply_q4_1(const RowsWork* work);
void armv6_multiply_q4_4(const RowsWork* work);
void armv6_multiply_f32_1(const RowsWork* work);
void armv6_multiply_f32_4(const RowsWork* work);
int32_t armv6_write_pairs_q8(const uint32_t* words, uint32_t* pairs, size_t step);
int32_t armv6_write_pairs_q4(const uint32_t* words, uint32_t* pairs, size_t step);
}

void prepare_group(WeightType type, std::span<const float> values, std::byte* prepared,
                   uint32_t in_step, size_t step) {
  uint32_t x[kColumnsPerGroup];
  const float scale = scale_factor(type) * quantize_to_words(values, x);
  auto* const words = reinterpret_cast<uint32_t*>(prepared) + in_step;
  const auto write_pairs = type == WeightType::kQ8_0 ? armv6_write_pairs_q8 : armv6_write_pairs_q4;
  const int32_t bias = write_pairs(x, words + kFirstPairWord * step, step * sizeof(uint32_t));
  words[kScaleWord * step] = std::bit_cast<uint32_t>(scale);
  words[kBiasWord * step] = static_cast<uint32_t>(bias);
}

using Loop = void (*)(const RowsWork*);

Loop loop_for(WeightType type, bool four) {
  switch (type) {
    case WeightType::kQ8_0:
      return four ? armv6_multiply_q8_4 : armv6_multiply_q8_1;
    case WeightType::kQ4_0:
      return four ? armv6_multiply_q4_4 : armv6_multiply_q4_1;
    case WeightType::kF32:
      break;
  }
  return four ? armv6_multiply_f32_4 : armv6_multiply_f32_1;
}

// Moves sums to where they belong. Quantized rows of four columns: (row, column); f32: (row group,
// column, row); one column: (row).
void spread(WeightType type, const float* sums, uint32_t rows, bool four, uint32_t columns,
            float* out, size_t out_stride) {
  for (uint32_t column = 0; column < columns; ++column, out += out_stride) {
    if (four && type == WeightType::kF32) {
      const float* const from = sums + column * kRowsPerGroup;
      for (uint32_t r = 0; r < rows; ++r) {
        out[r] = from[r / kRowsPerGroup * (kRowsPerGroup * kColumnsAtOnce) + r % kRowsPerGroup];
      }
    } else {
      const uint32_t step = four ? kColumnsAtOnce : 1;
      const float* from = sums + column;
      for (uint32_t r = 0; r < rows; ++r, from += step) out[r] = *from;
    }
  }
}

// `work` is left with the largest of the sums.
void multiply_quantized(WeightType type, RowsWork& work, size_t stride, uint32_t width, bool four) {
  const uint32_t groups = column_groups(width);
  const uint32_t group_bytes = (four ? kColumnsAtOnce : 1) * kPreparedGroupBytes;
  const int32_t largest = work.largest;
  const auto* const blocks = work.blocks;
  const auto* const columns = static_cast<const std::byte*>(work.columns);
  const Loop loop = loop_for(type, four);
  // The loops go through a row group's blocks one behind the other, if they lie so.
  const uint32_t at_once = stride == block_bytes(type) ? kColumnBytesAtOnce / group_bytes : 1;
  for (uint32_t g = 0; g < groups; g += at_once) {
    const uint32_t count = std::min(groups - g, at_once);
    work.blocks = blocks + g * stride;
    work.columns = columns + size_t{g} * group_bytes;
    work.columns_bytes = count * group_bytes;
    work.groups_bytes = count * block_bytes(type);
    work.continues = g > 0 ? 1 : 0;
    // Sums are complete with the last column group.
    work.largest = g + count == groups ? largest : kNoneIsLarger;
    loop(&work);
  }
}

// Up to kRowsAtOnce rows, or as many as one likes in place, with `taken` columns from `first` on:
// one, or up to four that are computed as four. `largest`: null, or to consider one column's rows.
void multiply_some(WeightType type, const std::byte* row_groups, const BlockLayout& layout,
                   uint32_t rows, const Columns& columns, uint32_t first, uint32_t taken,
                   float* out, size_t out_stride, Largest* largest) {
  const bool four = taken > 1;
  // One column's sums can be gathered where they belong, if there are four of each row group.
  const bool in_place = !four && rows % kRowsPerGroup == 0;
  float sums[kRowsAtOnce * kColumnsAtOnce];
  const bool looks = in_place && largest != nullptr && type != WeightType::kF32;
  RowsWork work{.blocks = row_groups,
                .columns = nullptr,
                .sums = in_place ? out : sums,
                .columns_bytes = 0,
                .groups_bytes = 0,
                .row_groups = base::divide_up(rows, kRowsPerGroup),
                .row_group_stride = layout.row_group_stride,
                .column_stride = 0,
                .continues = 0,
                .largest = looks ? largest->bits : kNoneIsLarger};
  if (type == WeightType::kF32) {
    work.columns = columns.values.data() + size_t{first} * columns.width;
    work.groups_bytes = static_cast<uint32_t>(work.row_group_stride);
    work.columns_bytes = columns.width * static_cast<uint32_t>(sizeof(float)) * taken;
    work.column_stride = columns.width * sizeof(float);
    loop_for(type, four)(&work);
  } else {
    work.columns = columns.prepared.data() + first * prepared_column_bytes(columns.width);
    multiply_quantized(type, work, layout.column_group_stride, columns.width, four);
  }
  if (!in_place) spread(type, sums, rows, four, taken, out, out_stride);
  if (looks && work.largest_at != nullptr) {
    // In one of these four.
    const float* at = work.largest_at;
    while (std::bit_cast<int32_t>(*at) != work.largest) ++at;
    *largest = {work.largest, static_cast<uint32_t>(at - out)};
  }
  if (looks || largest == nullptr) return;
  for (uint32_t i = 0; i < rows; ++i) largest->consider(out[i], i);
}

}  // namespace

void prepare_columns(WeightType type, const Columns& columns) {
  CHECK(columns.prepared.size() >= prepared_bytes(columns.count, columns.width));
  const uint32_t groups = column_groups(columns.width);
  std::byte* to = columns.prepared.data();
  for (uint32_t first = 0; first < columns.count; first += kColumnsAtOnce) {
    const uint32_t left = columns.count - first;
    const uint32_t step = left == 1 ? 1 : kColumnsAtOnce;
    for (uint32_t g = 0; g < groups; ++g) {
      const uint32_t from = g * kColumnsPerGroup;
      const uint32_t rest = columns.width - from;
      for (uint32_t c = 0; c < step; ++c) {
        const auto values = c >= left
                                ? std::span<const float>()
                                : columns.column(first + c).subspan(
                                      from, rest < kColumnsPerGroup ? rest : kColumnsPerGroup);
        prepare_group(type, values, to, c, step);
      }
      to += step * kPreparedGroupBytes;
    }
  }
}

void multiply_blocks(WeightType type, std::span<const std::byte> packed, const BlockLayout& layout,
                     uint32_t rows, const Columns& columns, float* out, size_t out_stride,
                     Largest* largest) {
  CHECK(base::divide_up<size_t>(rows, kRowsPerGroup) * layout.row_group_stride <= packed.size());
  const bool asked = largest != nullptr && columns.count == 1;
  for (uint32_t c = 0; c < columns.count;) {
    // f32 columns are not padded: what is left of them after the last four goes one by one.
    const uint32_t left = columns.count - c;
    const bool four = type == WeightType::kF32 ? left >= kColumnsAtOnce : left > 1;
    const uint32_t taken = four ? std::min(left, kColumnsAtOnce) : 1;
    // All whole row groups of a single column go at once, in place.
    const uint32_t whole = rows - rows % kRowsPerGroup;
    const uint32_t at_once = four || whole == 0 ? kRowsAtOnce : whole;
    for (uint32_t row = 0; row < rows; row += at_once) {
      Largest part{.bits = asked ? largest->bits : Largest::kNone};
      multiply_some(type, packed.data() + row / kRowsPerGroup * layout.row_group_stride, layout,
                    std::min(rows - row, at_once), columns, c, taken, out + c * out_stride + row,
                    out_stride, asked ? &part : nullptr);
      if (asked) largest->merge(part, row);
    }
    c += taken;
  }
}

}  // namespace llama
