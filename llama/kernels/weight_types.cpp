// The weight types of this program. A program that defines weight_types() itself does not link this
// file.
#include "llama/kernels/f32.h"
#include "llama/kernels/q4_0.h"
#include "llama/kernels/q8_0.h"
#include "llama/kernels/weight_type.h"

namespace llama {
namespace {

constexpr const WeightTraits* kWeightTypes[] = {&f32::kTraits, &q8_0::kTraits, &q4_0::kTraits,
                                                &q8_0::kMaskedTraits, &q4_0::kMaskedTraits};

}  // namespace

std::span<const WeightTraits* const> weight_types() { return kWeightTypes; }

}  // namespace llama
