// Rows of integers on the ARM1176: operands laid out for the loops in assembly.
#include "llama/kernels/groups_armv6.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "llama/kernels/activations.h"

extern "C" void armv6_keep_lines(std::byte* lines, size_t bytes);

namespace llama::armv6 {
namespace {

// Columns are multiplied four at a time, and what is left one at a time, or as four if it is two or
// three.
constexpr uint32_t kColumnsAtOnce = COLUMNS_AT_ONCE;
static_assert(kColumnsAtOnce == kPreparedTogether);
static_assert(GROUP_WORDS * sizeof(uint32_t) == kPreparedGroupBytes);
static_assert(SCALES_BYTES == kRowsPerGroup * sizeof(uint16_t));
static_assert(offsetof(MaskedPlace, forms) == PLACE_FORMS &&
              offsetof(MaskedPlace, block) == PLACE_BLOCK &&
              offsetof(MaskedPlace, blocks) == PLACE_BLOCKS &&
              offsetof(MaskedPlace, values) == PLACE_VALUES);

constexpr size_t prepared_column_bytes(uint32_t width) {
  return size_t{column_groups(width)} * kPreparedGroupBytes;
}

// Activations stay in the first-level cache while weights stream past it: what a loop goes over
// again and again is a part of the columns, at most. 16 KiB, 4 ways (ARM1176JZF-S TRM 7.2).
constexpr uint32_t kColumnBytesAtOnce = 9216;

// Rows of one call if their sums are gathered on the stack.
constexpr uint32_t kRowsAtOnce = 64;

void prepare_group(const GroupLoops& loops, std::span<const float> values, std::byte* prepared,
                   uint32_t in_step, size_t step) {
  uint32_t x[kColumnsPerGroup];
  const float scale = loops.activation_factor * quantize_to_words(values, x);
  auto* const words = reinterpret_cast<uint32_t*>(prepared) + in_step;
  const int32_t bias =
      loops.write_pairs(x, words + GROUP_PAIRS_WORD * step, step * sizeof(uint32_t));
  words[GROUP_SCALE_WORD * step] = std::bit_cast<uint32_t>(scale);
  words[GROUP_BIAS_WORD * step] = static_cast<uint32_t>(bias);
}

// Of a column that is not there, of which no sum is taken: a scale of 0 keeps the loops' floats
// finite, whatever integers the memory held before.
void leave_out_group(std::byte* prepared, uint32_t in_step, size_t step) {
  auto* const words = reinterpret_cast<uint32_t*>(prepared) + in_step;
  words[GROUP_SCALE_WORD * step] = 0;
}

// Moves sums to where they belong: of four columns (row, column), of one (row).
void spread(const float* sums, uint32_t rows, bool four, uint32_t columns, float* out,
            size_t out_stride) {
  for (uint32_t column = 0; column < columns; ++column, out += out_stride) {
    const uint32_t step = four ? kColumnsAtOnce : 1;
    const float* from = sums + column;
    // The loops in assembly have written the sums, which clang cannot see.
    // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign)
    for (uint32_t r = 0; r < rows; ++r, from += step) out[r] = *from;
  }
}

// The inverse; what is not there becomes 0.
void gather(float* sums, uint32_t rows, bool four, uint32_t columns, const float* out,
            size_t out_stride) {
  const uint32_t step = four ? kColumnsAtOnce : 1;
  for (uint32_t i = 0; i < base::round_up(rows, kRowsPerGroup) * step; ++i) {
    const uint32_t row = i / step;
    const uint32_t column = i % step;
    sums[i] = row < rows && column < columns ? out[column * out_stride + row] : 0;
  }
}

// `work` is left with the largest of the sums.
void multiply_groups(const GroupLoops& loops, RowsWork& work, size_t stride, const ColumnPart& part,
                     bool four) {
  const uint32_t group_bytes = (four ? kColumnsAtOnce : 1) * kPreparedGroupBytes;
  const int32_t largest = work.largest;
  const auto* const blocks = work.blocks;
  const auto* const columns = static_cast<const std::byte*>(work.columns);
  const auto loop = four ? loops.multiply_4 : loops.multiply_1;
  // The loops go through a row group's blocks at once if these are one after the other.
  const uint32_t at_once = stride == loops.block_bytes ? kColumnBytesAtOnce / group_bytes : 1;
  for (uint32_t g = 0; g < part.count; g += at_once) {
    const uint32_t count = std::min(part.count - g, at_once);
    work.blocks = blocks + g * stride;
    work.columns = columns + size_t{part.first + g} * group_bytes;
    work.columns_bytes = count * group_bytes;
    work.groups_bytes = count * loops.block_bytes;
    work.continues = part.first + g > 0 ? 1 : 0;
    // Sums are complete with the last column group.
    work.largest = g + count == part.count ? largest : kNoneIsLarger;
    loop(&work);
  }
}

// Up to kRowsAtOnce rows, or any number of them in place, with a part of `taken` columns from
// `first` on: one, or up to four that are computed as four. `largest`: null, or to consider one
// column's rows.
void multiply_some(const GroupLoops& loops, const std::byte* row_groups, const BlockLayout& layout,
                   uint32_t rows, const Columns& columns, const ColumnPart& part, uint32_t first,
                   uint32_t taken, float* out, size_t out_stride, Largest* largest) {
  const bool four = taken > 1;
  // One column's sums can be gathered where they belong, if there are four of each row group.
  const bool in_place = !four && rows % kRowsPerGroup == 0;
  float sums[kRowsAtOnce * kColumnsAtOnce];
  const bool looks = in_place && largest != nullptr;
  RowsWork work{.blocks = row_groups,
                .columns = columns.prepared.data() + first * prepared_column_bytes(columns.width),
                .sums = in_place ? out : sums,
                .columns_bytes = 0,
                .groups_bytes = 0,
                .row_groups = base::divide_up(rows, kRowsPerGroup),
                .row_group_stride = layout.row_group_stride,
                .column_stride = 0,
                .continues = 0,
                .largest = looks ? largest->bits : kNoneIsLarger};
  if (!in_place && part.first > 0) gather(sums, rows, four, taken, out, out_stride);
  multiply_groups(loops, work, layout.column_group_stride, part, four);
  if (!in_place) spread(sums, rows, four, taken, out, out_stride);
  if (looks && work.largest_at != nullptr) {
    // In one of these four.
    const float* at = work.largest_at;
    while (std::bit_cast<int32_t>(*at) != work.largest) ++at;
    *largest = {work.largest, static_cast<uint32_t>(at - out)};
  }
  if (looks || largest == nullptr) return;
  for (uint32_t i = 0; i < rows; ++i) largest->consider(out[i], i);
}

void multiply_all(const GroupLoops& loops, std::span<const std::byte> packed,
                  const BlockLayout& layout, uint32_t rows, const Columns& columns,
                  const ColumnPart& part, float* out, size_t out_stride, Largest* largest) {
  CHECK(base::divide_up<size_t>(rows, kRowsPerGroup) * layout.row_group_stride <= packed.size());
  const bool asked = largest != nullptr && columns.count == 1;
  for (uint32_t c = 0; c < columns.count;) {
    const uint32_t taken = std::min(columns.count - c, kColumnsAtOnce);
    // All whole row groups of a single column go at once, in place.
    const uint32_t whole = rows - rows % kRowsPerGroup;
    const uint32_t at_once = taken > 1 || whole == 0 ? kRowsAtOnce : whole;
    for (uint32_t row = 0; row < rows; row += at_once) {
      Largest found{.bits = asked ? largest->bits : Largest::kNone};
      multiply_some(loops, packed.data() + row / kRowsPerGroup * layout.row_group_stride, layout,
                    std::min(rows - row, at_once), columns, part, c, taken,
                    out + c * out_stride + row, out_stride, asked ? &found : nullptr);
      if (asked) largest->merge(found, row);
    }
    c += taken;
  }
}

}  // namespace

void prepare_columns(const GroupLoops& loops, const Columns& columns) {
  CHECK(columns.prepared.size() >= prepared_bytes(columns.count, columns.width));
  const uint32_t groups = column_groups(columns.width);
  std::byte* to = columns.prepared.data();
  for (uint32_t first = 0; first < columns.count; first += kColumnsAtOnce) {
    const uint32_t left = columns.count - first;
    const uint32_t step = left == 1 ? 1 : kColumnsAtOnce;
    for (uint32_t g = 0; g < groups; ++g) {
      const uint32_t from = g * kColumnsPerGroup;
      const uint32_t rest = columns.width - from;
      for (uint32_t c = 0; c < step && c < left; ++c) {
        const auto values = columns.column(first + c).subspan(
            from, rest < kColumnsPerGroup ? rest : kColumnsPerGroup);
        prepare_group(loops, values, to, c, step);
      }
      for (uint32_t c = left; c < step; ++c) leave_out_group(to, c, step);
      to += step * kPreparedGroupBytes;
    }
  }
}

void multiply_blocks(const GroupLoops& loops, std::span<const std::byte> packed,
                     const BlockLayout& layout, uint32_t rows, const Columns& columns, float* out,
                     size_t out_stride, Largest* largest) {
  multiply_all(loops, packed, layout, rows, columns, {0, column_groups(columns.width)}, out,
               out_stride, largest);
}

void keep_lines(std::span<std::byte> dense) { armv6_keep_lines(dense.data(), dense.size()); }

void multiply_part(const GroupLoops& loops, std::span<const std::byte> blocks, uint32_t rows,
                   const Columns& columns, const ColumnPart& part, float* out, size_t out_stride) {
  const BlockLayout layout{size_t{part.count} * loops.block_bytes, loops.block_bytes};
  multiply_all(loops, blocks, layout, rows, columns, part, out, out_stride, nullptr);
}

}  // namespace llama::armv6
