#include "llama/rope.h"

#include "base/check.h"
#include "llama/kernels/math.h"

namespace llama {
namespace {

// Llama 3.1's stretching of slow frequencies (Meta's model card and reference code,
// apply_scaling): wavelengths longer than the low bound are divided by the factor, shorter than the
// high bound stay, those between are blended.
float scaled(float frequency, const ModelConfig& config) {
  constexpr float kTwoPi = 6.283185307179586f;
  const auto original = static_cast<float>(config.rope_original_context);
  const float wavelength = kTwoPi / frequency;
  if (wavelength < original / config.rope_high_freq_factor) return frequency;
  if (wavelength > original / config.rope_low_freq_factor) return frequency / config.rope_factor;
  const float smooth = (original / wavelength - config.rope_low_freq_factor) /
                       (config.rope_high_freq_factor - config.rope_low_freq_factor);
  return (1 - smooth) * frequency / config.rope_factor + smooth * frequency;
}

}  // namespace

base::Result<Rope> Rope::create(const ModelConfig& config, base::Arena& arena) {
  Rope rope;
  TRY_ASSIGN(rope.frequencies_, arena.allocate<float>(config.head_size / 2, "rope"));
  if (arena.is_measuring()) return rope;
  for (uint32_t i = 0; i < config.head_size / 2; ++i) {
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(config.head_size);
    const float frequency = 1.0f / pow(config.rope_base, exponent);
    rope.frequencies_[i] =
        config.rope_scaling == RopeScaling::kLlama3 ? scaled(frequency, config) : frequency;
  }
  return rope;
}

void Rope::turns_at(uint32_t position, std::span<float> turns) const {
  CHECK(turns.size() == 2 * frequencies_.size());
  for (size_t i = 0; i < frequencies_.size(); ++i) {
    const SinCos turn = sincos(static_cast<float>(position) * frequencies_[i]);
    turns[2 * i] = turn.cos;
    turns[2 * i + 1] = turn.sin;
  }
}

}  // namespace llama
