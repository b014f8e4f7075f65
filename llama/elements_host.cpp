// The loops of a machine that has no version of its own.
#include "llama/elements.h"

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

// exp() of llama/math.cpp, step by step for several.
void exp_side_by_side(float* x) {
  constexpr double kStepsPerUnit = 0x1.71547652b82fep+5;
  constexpr double kStep = 0x1.62e42fefa39efp-6;
  constexpr double kShift = 0x1.8p52;
  double r[kExpTogether], r2[kExpTogether], series[kExpTogether], shifted[kExpTogether];
  uint32_t steps[kExpTogether];
  for (size_t i = 0; i < kExpTogether; ++i) {
    r[i] = static_cast<double>(x[i]);
    shifted[i] = r[i] * kStepsPerUnit + kShift;
  }
  for (size_t i = 0; i < kExpTogether; ++i) {
    steps[i] = static_cast<uint32_t>(std::bit_cast<uint64_t>(shifted[i]));
    r[i] = r[i] - (shifted[i] - kShift) * kStep;
  }
  for (size_t i = 0; i < kExpTogether; ++i) {
    r2[i] = r[i] * r[i];
    series[i] = 0.5 + r[i] * 0x1.5555555555555p-3;
  }
  for (size_t i = 0; i < kExpTogether; ++i) {
    series[i] = 1.0 + (r[i] + r2[i] * (series[i] + r2[i] * 0x1.5555555555555p-5));
  }
  for (size_t i = 0; i < kExpTogether; ++i) {
    const double fraction = kExpPowers[steps[i] & 31] * series[i];
    // steps / 32, rounded down, into the exponent.
    const uint32_t exponent = (steps[i] & ~31u) << 15;
    x[i] = static_cast<float>(
        std::bit_cast<double>(std::bit_cast<uint64_t>(fraction) + (uint64_t{exponent} << 32)));
  }
}

}  // namespace

size_t exp_plain(std::span<float> x) {
  size_t i = 0;
  while (i + kExpTogether <= x.size() && all_plain(x.data() + i)) {
    exp_side_by_side(x.data() + i);
    i += kExpTogether;
  }
  return i;
}

namespace eights {
namespace {
constexpr size_t kFloats = 8;
}

void add(float* x, const float* y, size_t eights) {
  for (size_t i = 0; i < eights * kFloats; ++i) x[i] += y[i];
}
void multiply(float* x, const float* y, size_t eights) {
  for (size_t i = 0; i < eights * kFloats; ++i) x[i] *= y[i];
}
void add_to_all(float* out, const float* x, size_t eights, float y) {
  for (size_t i = 0; i < eights * kFloats; ++i) out[i] = x[i] + y;
}
void scale(float* out, const float* x, size_t eights, float factor) {
  for (size_t i = 0; i < eights * kFloats; ++i) out[i] = x[i] * factor;
}
void scale_and_weigh(float* out, const float* x, const float* weights, size_t eights, float scale) {
  for (size_t i = 0; i < eights * kFloats; ++i) out[i] = weights[i] * (scale * x[i]);
}
void silu(float* gate, const float* up, const float* powers, size_t eights) {
  for (size_t i = 0; i < eights * kFloats; ++i) {
    gate[i] = gate[i] * (1.0f / (1.0f + powers[i])) * up[i];
  }
}

}  // namespace eights

bool quantize_plain(std::span<const float, kColumnsPerGroup>, std::span<uint32_t, kColumnsPerGroup>,
                    float&) {
  return false;
}

}  // namespace llama
