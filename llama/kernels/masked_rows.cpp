#include "llama/kernels/masked_rows.h"

#include <algorithm>

namespace llama {
namespace {

// Dense blocks that are made at once, of as many row groups as there are, or of a part of one. They
// stay in the ARM1176's first-level cache with the part of the columns that they are multiplied
// with: 32 blocks of q8_0, and 9 KiB of four columns (llama/kernels/groups_armv6.cpp). Beside wide
// columns, which come again with each row group, half as many.
constexpr size_t kUnmaskedBytes = 4352;

// Columns that stay there together with the dense blocks, in three ways of 4 KiB.
constexpr size_t kNarrowBytes = 6 << 10;

size_t dense_bytes(bool is_narrow) { return is_narrow ? kUnmaskedBytes : kUnmaskedBytes / 2; }

}  // namespace

MaskedStep masked_step(size_t block_bytes, uint32_t columns, uint32_t width) {
  const uint32_t groups = column_groups(width);
  const bool is_narrow = prepared_bytes(columns, width) <= kNarrowBytes;
  const auto blocks = static_cast<uint32_t>(dense_bytes(is_narrow) / block_bytes);
  return {blocks, groups <= blocks ? blocks / groups : 1, is_narrow};
}

void multiply_masked_rows(const UnmaskedLoops& loops, std::span<const std::byte> packed,
                          uint32_t rows, const Columns& columns, float* out, size_t out_stride,
                          Largest* largest) {
  alignas(base::kCacheLineBytes) std::byte dense[kUnmaskedBytes];
  const uint32_t groups = column_groups(columns.width);
  const MaskedStep step = masked_step(loops.block_bytes, columns.count, columns.width);
  MaskedPlace place = first_place(packed);
  for (uint32_t row = 0; row < rows;) {
    const uint32_t left = base::divide_up(rows - row, kRowsPerGroup);
    const uint32_t row_groups = std::min(step.row_groups, left);
    const uint32_t count = std::min(rows - row, row_groups * kRowsPerGroup);
    for (uint32_t first = 0; first < groups; first += step.blocks) {
      const ColumnPart part{first, std::min(groups - first, step.blocks)};
      const uint32_t blocks = row_groups * part.count;
      const bool is_kept = row > 0 && step.is_narrow;
      if (loops.keep != nullptr && !is_kept) {
        loops.keep(std::span(dense).first(dense_bytes(step.is_narrow)));
      }
      loops.unmask(place, blocks, dense);
      loops.multiply_part(std::span(dense).first(blocks * loops.block_bytes), count, columns, part,
                          out + row, out_stride);
    }
    row += count;
  }
  consider_all(largest, columns, rows, out);
}

}  // namespace llama
