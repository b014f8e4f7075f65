#include "llama/kernels/activations.h"

#include <bit>

#include "llama/kernels/elements.h"
#include "llama/kernels/math.h"

namespace llama {

float activation_scale(std::span<const float> values) {
  // Without their sign, floats are in the order of their bits, infinity and the NaNs last.
  constexpr uint32_t kInfinity = 0x7f800000;
  uint32_t largest_bits = 0;
  for (const float value : values) {
    const uint32_t bits = std::bit_cast<uint32_t>(value) & 0x7fffffffu;
    largest_bits = bits > largest_bits ? bits : largest_bits;
  }
  if (largest_bits >= kInfinity) return std::bit_cast<float>(0x7fc00000u);
  return std::bit_cast<float>(largest_bits) / 127.0f;
}

void quantize_to_words(std::span<const float> values, float scale,
                       std::span<uint32_t, kColumnsPerGroup> words) {
  if (!(scale > 0)) {
    for (uint32_t& word : words) word = 0;
    return;
  }
  const float inverse = 1.0f / scale;
  // |x| * inverse is 127 plus at most an ulp or two, which rounds to 127.
  for (size_t i = 0; i < values.size(); ++i) words[i] = round_to_word(values[i] * inverse);
  for (size_t i = values.size(); i < words.size(); ++i) words[i] = 0;
}

float quantize_to_words(std::span<const float> values,
                        std::span<uint32_t, kColumnsPerGroup> words) {
  float padded[kColumnsPerGroup];
  const float* whole = values.data();
  if (values.size() < kColumnsPerGroup) {
    for (size_t i = 0; i < kColumnsPerGroup; ++i) padded[i] = i < values.size() ? values[i] : 0;
    whole = padded;
  }
  float scale;
  if (quantize_plain(std::span<const float, kColumnsPerGroup>(whole, kColumnsPerGroup), words,
                     scale)) {
    return scale;
  }
  scale = activation_scale(values);
  quantize_to_words(values, scale, words);
  return scale;
}

float quantize_activations(std::span<const float> values,
                           std::span<int8_t, kColumnsPerGroup> weights) {
  uint32_t words[kColumnsPerGroup];
  const float scale = quantize_to_words(values, words);
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<int8_t>(words[i]);
  return scale;
}

}  // namespace llama
