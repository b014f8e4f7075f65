#include "llama/kernels/q8_0.h"

#include "llama/kernels/masked_rows.h"
#include "llama/kernels/math.h"

namespace llama::q8_0 {

WeightGroup Format::quantize(std::span<const float, kColumnsPerGroup> values) {
  const float extreme = of_largest_magnitude(values);
  const float scale = (extreme < 0 ? -extreme : extreme) / 127.0f;
  const float inverse = scale != 0 ? 1.0f / scale : 0.0f;
  WeightGroup group{.half_scale = float_to_half(scale), .weights = {}};
  for (size_t i = 0; i < kColumnsPerGroup; ++i) {
    // Half away from zero, as roundf.
    const float scaled = values[i] * inverse;
    group.weights[i] = static_cast<int8_t>(scaled < 0 ? scaled - 0.5f : scaled + 0.5f);
  }
  return group;
}

constexpr WeightTraits kTraits =
    Rows::traits(WeightType::kQ8_0, "q8_0", &kFast, {{{1, 0x8302115b}, {8, 0xc4d12726}}});

constexpr WeightTraits kMaskedTraits =
    MaskedRows<Format>::traits(WeightType::kQ8_0Masked, "q8_0_masked", &kTraits, &kFastMasked,
                               {{{1, 0x153bec76}, {8, 0x42a8de59}}});

}  // namespace llama::q8_0
