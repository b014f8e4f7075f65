#include "llama/model/rope_scaling.h"

#include "llama/kernels/math.h"

namespace llama {
namespace {

constexpr float kTwoPi = 6.283185307179586f;

// Of RoPE's base and the factors; larger ones are damage.
constexpr float kMost = 1e12f;

// The number of the pair that turns so many times within the original context; not a whole one.
float pair_that_turns(const ModelConfig& config, float times) {
  const float positions = static_cast<float>(config.rope_original_context) / (kTwoPi * times);
  return static_cast<float>(config.head_size) * log(positions) / (2 * log(config.rope_base));
}

// From the last pair that is left as it is to the first that turns `rope_factor` times slower.
struct Blended {
  float first;
  float last;
};

Blended blended_pairs(const ModelConfig& config) {
  const float fast = pair_that_turns(config, config.rope_high_freq_factor);
  const float slow = pair_that_turns(config, config.rope_low_freq_factor);
  const auto most = static_cast<float>(config.head_size - 1);
  // Written so that what is converted fits into an integer, whatever the values are.
  const auto rounded_down = [most](float number) {
    if (!(number > 0)) return 0.0f;
    return number > most ? most : static_cast<float>(static_cast<uint32_t>(number));
  };
  const float first = rounded_down(fast);
  const float below = rounded_down(slow);
  const float last = below < slow && below < most ? below + 1 : below;
  return {first, last > first ? last : first + 0.001f};
}

bool makes_sense(const ModelConfig& config) {
  // Written so that NaN fails too.
  const bool is_finite = config.rope_factor < kMost;
  if (config.rope_scaling == RopeScaling::kLinear) return config.rope_factor > 0 && is_finite;
  const bool has_bounds = config.rope_factor >= 1 && is_finite && config.rope_low_freq_factor > 0 &&
                          config.rope_high_freq_factor > config.rope_low_freq_factor &&
                          config.rope_original_context > 0;
  if (config.rope_scaling == RopeScaling::kLlama3) return has_bounds;
  return has_bounds && config.rope_base > 1 &&
         pair_that_turns(config, config.rope_low_freq_factor) > 0;
}

}  // namespace

base::Status check_rope_scaling(const ModelConfig& config) {
  if (config.rope_scaling > RopeScaling::kYarn) {
    return base::Status::error(base::ErrorCode::kUnsupported,
                               "the model needs RoPE scaling {}, which this program does not know; "
                               "use a newer barellama",
                               static_cast<uint32_t>(config.rope_scaling));
  }
  // Written so that NaN fails too.
  if ((config.rope_scaling == RopeScaling::kNone || makes_sense(config)) &&
      config.rope_turn_factor >= 0 && config.rope_turn_factor < kMost) {
    return base::ok_status();
  }
  return base::Status::error(base::ErrorCode::kCorrupt,
                             "the model's RoPE scaling has values that are out of range");
}

float scaled_frequency(const ModelConfig& config, uint32_t pair, float frequency) {
  switch (config.rope_scaling) {
    case RopeScaling::kNone:
      return frequency;
    case RopeScaling::kLinear:
      return frequency / config.rope_factor;
    case RopeScaling::kYarn: {
      const Blended blended = blended_pairs(config);
      const float place =
          (static_cast<float>(pair) - blended.first) / (blended.last - blended.first);
      const float share = place < 0 ? 0 : place > 1 ? 1 : place;
      return (1 - share) * frequency + share * frequency / config.rope_factor;
    }
    case RopeScaling::kLlama3:
      break;
  }
  const auto original = static_cast<float>(config.rope_original_context);
  const float wavelength = kTwoPi / frequency;
  if (wavelength < original / config.rope_high_freq_factor) return frequency;
  if (wavelength > original / config.rope_low_freq_factor) {
    return frequency / config.rope_factor;
  }
  const float smooth = (original / wavelength - config.rope_low_freq_factor) /
                       (config.rope_high_freq_factor - config.rope_low_freq_factor);
  return (1 - smooth) * frequency / config.rope_factor + smooth * frequency;
}

}  // namespace llama
