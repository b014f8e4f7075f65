#include "llama/model/rope_scaling.h"

namespace llama {

base::Status check_rope_scaling(const ModelConfig& config) {
  if (config.rope_scaling == RopeScaling::kNone) return base::ok_status();
  if (config.rope_scaling != RopeScaling::kLlama3) {
    return base::Status::error(base::ErrorCode::kUnsupported,
                               "the model needs RoPE scaling {}, which this program does not know; "
                               "use a newer barellama",
                               static_cast<uint32_t>(config.rope_scaling));
  }
  // Written so that NaN fails too.
  if (config.rope_factor >= 1 && config.rope_low_freq_factor > 0 &&
      config.rope_high_freq_factor > config.rope_low_freq_factor &&
      config.rope_original_context > 0) {
    return base::ok_status();
  }
  return base::Status::error(base::ErrorCode::kCorrupt,
                             "the model's RoPE scaling has values that are out of range");
}

float scaled_frequency(const ModelConfig& config, float frequency) {
  if (config.rope_scaling == RopeScaling::kNone) return frequency;
  constexpr float kTwoPi = 6.283185307179586f;
  const auto original = static_cast<float>(config.rope_original_context);
  const float wavelength = kTwoPi / frequency;
  if (wavelength < original / config.rope_high_freq_factor) return frequency;
  if (wavelength > original / config.rope_low_freq_factor) return frequency / config.rope_factor;
  const float smooth = (original / wavelength - config.rope_low_freq_factor) /
                       (config.rope_high_freq_factor - config.rope_low_freq_factor);
  return (1 - smooth) * frequency / config.rope_factor + smooth * frequency;
}

}  // namespace llama
