// Rows of floats on the ARM1176: what the loops in f32_armv6.S are told.
#include "llama/kernels/f32.h"

#include <algorithm>

#include "base/align.h"
#include "base/check.h"
#include "llama/kernels/rows_work.h"

extern "C" {
void armv6_multiply_f32_1(const llama::RowsWork* work);
void armv6_multiply_f32_4(const llama::RowsWork* work);
}

namespace llama::f32 {
namespace {

static_assert(sizeof(Block) == F32_BLOCK_BYTES);

constexpr uint32_t kColumnsAtOnce = COLUMNS_AT_ONCE;

// Rows of one call if their sums are gathered on the stack.
constexpr uint32_t kRowsAtOnce = 64;

// Moves sums to where they belong: of four columns (row group, column, row), of one (row).
void spread(const float* sums, uint32_t rows, bool four, float* out, size_t out_stride) {
  if (!four) {
    std::copy(sums, sums + rows, out);
    return;
  }
  for (uint32_t column = 0; column < kColumnsAtOnce; ++column, out += out_stride) {
    const float* const from = sums + column * kRowsPerGroup;
    for (uint32_t r = 0; r < rows; ++r) {
      out[r] = from[r / kRowsPerGroup * (kRowsPerGroup * kColumnsAtOnce) + r % kRowsPerGroup];
    }
  }
}

// Up to kRowsAtOnce rows, or any number of them in place, with one column or four from `first` on.
void multiply_some(const std::byte* row_groups, uint32_t rows, const Columns& columns,
                   uint32_t first, bool four, float* out, size_t out_stride) {
  // One column's sums can be gathered where they belong, if there are four of each row group.
  const bool in_place = !four && rows % kRowsPerGroup == 0;
  float sums[kRowsAtOnce * kColumnsAtOnce];
  const uint32_t column_bytes = columns.width * static_cast<uint32_t>(sizeof(float));
  const uint32_t row_group_bytes = columns.width * F32_BLOCK_BYTES;
  const RowsWork work{.blocks = row_groups,
                      .columns = columns.values.data() + size_t{first} * columns.width,
                      .sums = in_place ? out : sums,
                      .columns_bytes = column_bytes * (four ? kColumnsAtOnce : 1),
                      .groups_bytes = row_group_bytes,
                      .row_groups = base::divide_up(rows, kRowsPerGroup),
                      .row_group_stride = row_group_bytes,
                      .column_stride = column_bytes,
                      .continues = 0};
  (four ? armv6_multiply_f32_4 : armv6_multiply_f32_1)(&work);
  if (!in_place) spread(sums, rows, four, out, out_stride);
}

void multiply_rows(std::span<const std::byte> packed, uint32_t rows, const Columns& columns,
                   float* out, size_t out_stride, Largest* largest) {
  const size_t row_group_bytes = size_t{columns.width} * F32_BLOCK_BYTES;
  CHECK(base::divide_up<size_t>(rows, kRowsPerGroup) * row_group_bytes <= packed.size());
  for (uint32_t c = 0; c < columns.count;) {
    // Columns are not padded: what is left of them after the last four goes one by one.
    const bool four = columns.count - c >= kColumnsAtOnce;
    // All whole row groups of a single column go at once, in place.
    const uint32_t whole = rows - rows % kRowsPerGroup;
    const uint32_t at_once = four || whole == 0 ? kRowsAtOnce : whole;
    for (uint32_t row = 0; row < rows; row += at_once) {
      multiply_some(packed.data() + row / kRowsPerGroup * row_group_bytes,
                    std::min(rows - row, at_once), columns, c, four, out + c * out_stride + row,
                    out_stride);
    }
    c += four ? kColumnsAtOnce : 1;
  }
  consider_all(largest, columns, rows, out);
}

}  // namespace

constexpr RowsKernel kFast = {.prepare_columns = nullptr, .multiply_rows = multiply_rows};

}  // namespace llama::f32
