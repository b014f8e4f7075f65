#include "llama/elements.h"

namespace llama {
namespace {

// In the order in which the loop of elements_armv6.S loads them.
constexpr double kExpConstants[] = {
    0x1.71547652b82fep+5,  // 32 / ln2
    0x1.8p52,              // rounds what is added to it
    0x1.62e42fefa39efp-6,  // ln2 / 32
    0,                     // makes the next four begin at 32 bytes
    0.5,
    0x1.5555555555555p-3,
    0x1.5555555555555p-5,
    1.0,
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
