#include "llama/kernels/elements.h"

namespace llama {
namespace {

// In the order in which the loop of elements_armv6.S loads them; the 0 makes the last four begin at
// 32 bytes.
constexpr double kExpConstants[] = {
    kExpStepsPerUnit, kExpRound, kExpStep, 0, 0.5, kExpSixth, kExpTwentyFourth, 1.0,
};

}  // namespace

extern "C" {
uint32_t armv6_exp_fours(float* x, uint32_t fours, const double* constants, const double* powers);
uint32_t armv6_quantize(const float* values, uint32_t* words, float* scale);
}

size_t exp_plain(std::span<float> x) {
  const auto fours = static_cast<uint32_t>(x.size() / kExpTogether);
  const uint32_t left = armv6_exp_fours(x.data(), fours, kExpConstants, kExpPowers.data());
  return (fours - left) * kExpTogether;
}

bool quantize_plain(std::span<const float, kColumnsPerGroup> values,
                    std::span<uint32_t, kColumnsPerGroup> words, float& scale) {
  return armv6_quantize(values.data(), words.data(), &scale) != 0;
}

}  // namespace llama
