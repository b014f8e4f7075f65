#include "llama/model/tensor.h"

#include "base/align.h"

namespace llama {

PackedBytes packed_bytes_of(WeightType type, TensorForm form, uint32_t rows, uint32_t columns) {
  if (form == TensorForm::kMatrix) return traits_of(type).packed_bytes(rows, columns);
  const uint64_t bytes = uint64_t{columns} * sizeof(float);
  return {bytes, bytes};
}

PackedBytes tile_bytes_of(WeightType type, TensorForm form, uint32_t rows, uint32_t columns) {
  const PackedBytes packed = packed_bytes_of(type, form, rows, columns);
  return {base::round_up<uint64_t>(packed.least, kTileAlignment),
          base::round_up<uint64_t>(packed.most, kTileAlignment)};
}

}  // namespace llama
