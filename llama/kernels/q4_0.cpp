#include "llama/kernels/q4_0.h"

#include "llama/kernels/masked_rows.h"
#include "llama/kernels/math.h"

namespace llama::q4_0 {

WeightGroup Format::quantize(std::span<const float, kColumnsPerGroup> values) {
  const float scale = of_largest_magnitude(values) / -8.0f;
  const float inverse = scale != 0 ? 1.0f / scale : 0.0f;
  WeightGroup group{.half_scale = float_to_half(scale), .weights = {}};
  for (size_t i = 0; i < kColumnsPerGroup; ++i) {
    const int offset = static_cast<int>(values[i] * inverse + 8.5f);
    group.weights[i] = static_cast<int8_t>((offset > 15 ? 15 : offset) - 8);
  }
  return group;
}

constexpr WeightTraits kTraits =
    Rows::traits(WeightType::kQ4_0, "q4_0", &kFast, {{{1, 0x2492e0f7}, {8, 0x3b2a152e}}});

constexpr WeightTraits kMaskedTraits =
    MaskedRows<Format>::traits(WeightType::kQ4_0Masked, "q4_0_masked", &kTraits, &kFastMasked,
                               {{{1, 0xb4fe8c1f}, {8, 0x360688db}}});

}  // namespace llama::q4_0
