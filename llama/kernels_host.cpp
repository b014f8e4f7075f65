// The kernels of a machine that has no version of its own.
#include "llama/kernels_reference.h"

namespace llama {

void prepare_columns(WeightType type, const Columns& columns) {
  reference::prepare_columns(type, columns);
}

void multiply_rows(WeightType type, std::span<const std::byte> packed, uint32_t rows,
                   const Columns& columns, float* out, size_t out_stride, Largest* largest) {
  reference::multiply_rows(type, packed, rows, columns, out, out_stride, largest);
}

void multiply_blocks(WeightType type, std::span<const std::byte> packed, const BlockLayout& layout,
                     uint32_t rows, const Columns& columns, float* out, size_t out_stride,
                     Largest* largest) {
  reference::multiply_blocks(type, packed, layout, rows, columns, out, out_stride, largest);
}

}  // namespace llama
