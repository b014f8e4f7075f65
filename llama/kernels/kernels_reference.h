// The definition of those kernels that have a fast version for some machine: the same functions as
// in llama/kernels/kernels.h, to compare with. A machine without a fast version uses these.
#pragma once

#include "llama/kernels/kernels.h"

namespace llama::reference {

void prepare_columns(WeightType type, const Columns& columns);
void multiply_blocks(WeightType type, std::span<const std::byte> packed, const BlockLayout& layout,
                     uint32_t rows, const Columns& columns, float* out, size_t out_stride,
                     Largest* largest = nullptr);

inline void multiply_rows(WeightType type, std::span<const std::byte> packed, uint32_t rows,
                          const Columns& columns, float* out, size_t out_stride) {
  reference::multiply_blocks(type, packed, rows_layout(type, columns.width), rows, columns, out,
                             out_stride);
}

}  // namespace llama::reference
