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

}  // namespace

void multiply_masked_rows(const UnmaskedLoops& loops, std::span<const std::byte> packed,
                          uint32_t rows, const Columns& columns, float* out, size_t out_stride,
                          Largest* largest) {
  alignas(base::kCacheLineBytes) std::byte dense[kUnmaskedBytes];
  const uint32_t groups = column_groups(columns.width);
  const bool is_narrow = prepared_bytes(columns.count, columns.width) <= kNarrowBytes;
  const size_t bytes = is_narrow ? kUnmaskedBytes : kUnmaskedBytes / 2;
  const auto at_once = static_cast<uint32_t>(bytes / loops.block_bytes);
  MaskedPlace place = first_place(packed);
  for (uint32_t row = 0; row < rows;) {
    const uint32_t left = base::divide_up(rows - row, kRowsPerGroup);
    const uint32_t row_groups = groups <= at_once ? std::min(at_once / groups, left) : 1;
    const uint32_t count = std::min(rows - row, row_groups * kRowsPerGroup);
    for (uint32_t first = 0; first < groups; first += at_once) {
      const ColumnPart part{first, std::min(groups - first, at_once)};
      const uint32_t blocks = row_groups * part.count;
      // Wide columns push some of the dense blocks out of the cache each time.
      const bool is_kept = row > 0 && is_narrow;
      if (loops.keep != nullptr && !is_kept) loops.keep(std::span(dense).first(bytes));
      loops.unmask(place, blocks, dense);
      loops.multiply_part(std::span(dense).first(blocks * loops.block_bytes), count, columns, part,
                          out + row, out_stride);
    }
    row += count;
  }
  consider_all(largest, columns, rows, out);
}

}  // namespace llama
