#include "llama/activations.h"

#include <bit>

#include "llama/math.h"

namespace llama {

float quantize_activations(std::span<const float> values,
                           std::span<int8_t, kColumnsPerGroup> weights) {
  // Without their sign, floats are in the order of their bits, infinity and the NaNs last.
  constexpr uint32_t kInfinity = 0x7f800000;
  uint32_t largest_bits = 0;
  for (const float value : values) {
    const uint32_t bits = std::bit_cast<uint32_t>(value) & 0x7fffffffu;
    largest_bits = bits > largest_bits ? bits : largest_bits;
  }
  const bool finite = largest_bits < kInfinity;
  const float scale = std::bit_cast<float>(largest_bits) / 127.0f;
  const float inverse = finite && scale != 0 ? 1.0f / scale : 0.0f;
  for (size_t i = 0; i < weights.size(); ++i) {
    // |x| * inverse is 127 plus at most an ulp or two, which rounds to 127.
    weights[i] = finite && i < values.size()
                     ? static_cast<int8_t>(round_to_int(values[i] * inverse))
                     : int8_t{0};
  }
  return finite ? scale : std::bit_cast<float>(0x7fc00000u);
}

}  // namespace llama
