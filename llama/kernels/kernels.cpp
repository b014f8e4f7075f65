#include "llama/kernels/kernels.h"

namespace llama {

void prepare_columns(WeightType type, const Columns& columns) {
  const RowsKernel& kernel = traits_of(type).kernel();
  if (kernel.prepare_columns != nullptr) kernel.prepare_columns(columns);
}

bool reads_prepared_columns(WeightType type) {
  return traits_of(type).kernel().prepare_columns != nullptr;
}

bool share_prepared_columns(WeightType a, WeightType b) {
  return traits_of(a).kernel().prepare_columns == traits_of(b).kernel().prepare_columns;
}

void multiply_rows(WeightType type, std::span<const std::byte> packed, uint32_t rows,
                   const Columns& columns, float* out, size_t out_stride, Largest* largest) {
  traits_of(type).kernel().multiply_rows(packed, rows, columns, out, out_stride, largest);
}

}  // namespace llama
