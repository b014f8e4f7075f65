// The loops of a machine that has no version of its own.
#include "llama/kernels/elements.h"

#include <bit>

namespace llama {
namespace {

// Those x whose exponentials are normal floats: the last rounding has nothing to do.
bool all_plain(const float* x) {
  uint32_t largest = 0;
  for (size_t i = 0; i < kExpTogether; ++i) {
    const uint32_t magnitude = std::bit_cast<uint32_t>(x[i]) & 0x7fffffffu;
    largest = magnitude > largest ? magnitude : largest;
  }
  return largest <= std::bit_cast<uint32_t>(kLargestPlain);
}

// exp() of llama/kernels/math.cpp, step by step for several.
void exp_side_by_side(float* x) {
  double r[kExpTogether], r2[kExpTogether], series[kExpTogether], shifted[kExpTogether];
  uint32_t steps[kExpTogether];
  for (size_t i = 0; i < kExpTogether; ++i) {
    r[i] = static_cast<double>(x[i]);
    shifted[i] = r[i] * kExpStepsPerUnit + kExpRound;
  }
  for (size_t i = 0; i < kExpTogether; ++i) {
    steps[i] = static_cast<uint32_t>(std::bit_cast<uint64_t>(shifted[i]));
    r[i] = r[i] - (shifted[i] - kExpRound) * kExpStep;
  }
  for (size_t i = 0; i < kExpTogether; ++i) {
    r2[i] = r[i] * r[i];
    series[i] = 0.5 + r[i] * kExpSixth;
  }
  for (size_t i = 0; i < kExpTogether; ++i) {
    series[i] = 1.0 + (r[i] + r2[i] * (series[i] + r2[i] * kExpTwentyFourth));
  }
  for (size_t i = 0; i < kExpTogether; ++i) {
    const double fraction = kExpPowers[steps[i] & 31] * series[i];
    // steps / 32, rounded down, into the exponent.
    const uint32_t exponent = (steps[i] & ~31u) << 15;
    x[i] = static_cast<float>(
        std::bit_cast<double>(std::bit_cast<uint64_t>(fraction) + (uint64_t{exponent} << 32)));
  }
}

constexpr size_t kEight = 8;

}  // namespace

size_t exp_plain(std::span<float> x) {
  size_t i = 0;
  while (i + kExpTogether <= x.size() && all_plain(x.data() + i)) {
    exp_side_by_side(x.data() + i);
    i += kExpTogether;
  }
  return i;
}

void eights_add(float* x, const float* y, size_t eights) {
  for (size_t i = 0; i < eights * kEight; ++i) x[i] += y[i];
}
void eights_multiply(float* x, const float* y, size_t eights) {
  for (size_t i = 0; i < eights * kEight; ++i) x[i] *= y[i];
}
void eights_add_to_all(float* out, const float* x, size_t eights, float y) {
  for (size_t i = 0; i < eights * kEight; ++i) out[i] = x[i] + y;
}
void eights_scale(float* out, const float* x, size_t eights, float factor) {
  for (size_t i = 0; i < eights * kEight; ++i) out[i] = x[i] * factor;
}
void eights_scale_and_weigh(float* out, const float* x, const float* weights, size_t eights,
                            float scale) {
  for (size_t i = 0; i < eights * kEight; ++i) out[i] = weights[i] * (scale * x[i]);
}
void eights_silu(float* gate, const float* up, const float* powers, size_t eights) {
  for (size_t i = 0; i < eights * kEight; ++i) {
    gate[i] = gate[i] * (1.0f / (1.0f + powers[i])) * up[i];
  }
}

bool quantize_plain(std::span<const float, kColumnsPerGroup>, std::span<uint32_t, kColumnsPerGroup>,
                    float&) {
  return false;
}

}  // namespace llama
