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
void armv6_add(float* x, const float* y, size_t eights);
void armv6_multiply(float* x, const float* y, size_t eights);
void armv6_add_to_all(float* out, const float* x, size_t eights, float y);
void armv6_scale(float* out, const float* x, size_t eights, float factor);
void armv6_scale_and_weigh(float* out, const float* x, const float* weights, size_t eights,
                           float scale);
void armv6_silu(float* gate, const float* up, const float* powers, size_t eights);
}

namespace eights {

void add(float* x, const float* y, size_t eights) { armv6_add(x, y, eights); }
void multiply(float* x, const float* y, size_t eights) { armv6_multiply(x, y, eights); }
void add_to_all(float* out, const float* x, size_t eights, float y) {
  armv6_add_to_all(out, x, eights, y);
}
void scale(float* out, const float* x, size_t eights, float factor) {
  armv6_scale(out, x, eights, factor);
}
void scale_and_weigh(float* out, const float* x, const float* weights, size_t eights, float scale) {
  armv6_scale_and_weigh(out, x, weights, eights, scale);
}
void silu(float* gate, const float* up, const float* powers, size_t eights) {
  armv6_silu(gate, up, powers, eights);
}

}  // namespace eights

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
