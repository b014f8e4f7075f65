#include "llama/kernels/weight_type.h"

#include "base/check.h"

namespace llama {

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
