#include "llama/model/tensor.h"

#include "base/align.h"

namespace llama {

uint64_t packed_bytes(WeightType type, uint32_t rows, uint32_t columns) {
  if (rows == 1) return uint64_t{columns} * sizeof(float);
  return base::divide_up(rows, kRowsPerGroup) * row_group_bytes(type, columns);
}

TileBytes tile_bytes_of(WeightType type, TensorForm form, uint32_t rows, uint32_t columns) {
  const uint64_t bytes = form == TensorForm::kVector ? uint64_t{columns} * sizeof(float)
                                                     : base::divide_up(rows, kRowsPerGroup) *
                                                           row_group_bytes(type, columns);
  const uint64_t padded = base::round_up<uint64_t>(bytes, kTileAlignment);
  return {padded, padded};
}

bool Tensor::has_padding() const {
  return tile_bytes != packed_bytes(type, rows_per_tile, columns);
}

}  // namespace llama
