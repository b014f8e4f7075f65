#include "llama/kernels/weight_type.h"

#include "base/align.h"
#include "base/check.h"

namespace llama {

PackedBytes WeightTraits::packed_bytes(uint32_t rows, uint32_t columns) const {
  const uint64_t blocks =
      uint64_t{base::divide_up(rows, kRowsPerGroup)} * base::divide_up(columns, columns_per_block);
  const uint64_t others = bytes_besides_blocks != nullptr ? bytes_besides_blocks(blocks) : 0;
  return {others + blocks * smallest_block_bytes, others + blocks * largest_block_bytes};
}

bool WeightTraits::holds_rows(std::span<const std::byte> packed, uint32_t rows,
                              uint32_t columns) const {
  return measure != nullptr ? measure(packed, rows, columns) != 0
                            : packed.size() >= packed_bytes(rows, columns).most;
}

const WeightTraits* find_weight_type(WeightType type) {
  for (const WeightTraits* const traits : weight_types()) {
    if (traits->type == type) return traits;
  }
  return nullptr;
}

const WeightTraits* find_weight_type(std::string_view name) {
  for (const WeightTraits* const traits : weight_types()) {
    if (name == traits->name) return traits;
  }
  return nullptr;
}

const WeightTraits* smallest_type_of_integers(uint32_t bits) {
  const WeightTraits* smallest = nullptr;
  for (const WeightTraits* const traits : weight_types()) {
    if (!traits->holds_integers() || traits->integer_bits < bits) continue;
    if (traits->dense != nullptr) continue;
    if (smallest == nullptr || traits->integer_bits < smallest->integer_bits) smallest = traits;
  }
  return smallest;
}

const WeightTraits& traits_of(WeightType type) {
  const WeightTraits* const traits = find_weight_type(type);
  CHECK(traits != nullptr);
  return *traits;
}

}  // namespace llama
