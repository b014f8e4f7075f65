// Loops over single values that machines have versions of their own for (elements_host.cpp,
// elements_armv6.cpp): what llama/kernels/math.cpp and llama/kernels/activations.cpp are made of.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "llama/kernels/weight_type.h"

namespace llama {

// 2^(i/32), correctly rounded. With steps this small four terms of the series are enough, where
// 2^x in one piece would need eleven, each waiting for the one before it.
inline constexpr std::array<double, 32> kExpPowers = {
    0x1.0000000000000p+0, 0x1.059b0d3158574p+0, 0x1.0b5586cf9890fp+0, 0x1.11301d0125b51p+0,
    0x1.172b83c7d517bp+0, 0x1.1d4873168b9aap+0, 0x1.2387a6e756238p+0, 0x1.29e9df51fdee1p+0,
    0x1.306fe0a31b715p+0, 0x1.371a7373aa9cbp+0, 0x1.3dea64c123422p+0, 0x1.44e086061892dp+0,
    0x1.4bfdad5362a27p+0, 0x1.5342b569d4f82p+0, 0x1.5ab07dd485429p+0, 0x1.6247eb03a5585p+0,
    0x1.6a09e667f3bcdp+0, 0x1.71f75e8ec5f74p+0, 0x1.7a11473eb0187p+0, 0x1.82589994cce13p+0,
    0x1.8ace5422aa0dbp+0, 0x1.93737b0cdc5e5p+0, 0x1.9c49182a3f090p+0, 0x1.a5503b23e255dp+0,
    0x1.ae89f995ad3adp+0, 0x1.b7f76f2fb5e47p+0, 0x1.c199bdd85529cp+0, 0x1.cb720dcef9069p+0,
    0x1.d5818dcfba487p+0, 0x1.dfc97337b9b5fp+0, 0x1.ea4afa2a490dap+0, 0x1.f50765b6e4540p+0};

// e^x = 2^(steps / 32) * e^r, where steps is the integer next to x * kExpStepsPerUnit, found by
// adding kExpRound, and r = x - steps * kExpStep; e^r = 1 + r + r^2/2 + r^3/6 + r^4/24.
constexpr double kExpStepsPerUnit = 0x1.71547652b82fep+5;  // 32 / ln2
constexpr double kExpRound = 0x1.8p52;
constexpr double kExpStep = 0x1.62e42fefa39efp-6;  // ln2 / 32
constexpr double kExpSixth = 0x1.5555555555555p-3;
constexpr double kExpTwentyFourth = 0x1.5555555555555p-5;

// Exponentials are computed four side by side: each step waits 8 cycles for the one before it on
// the VFP11, and the others' steps fill them.
constexpr size_t kExpTogether = 4;

// From here on e^x or e^-x is not a normal float, or infinite.
constexpr float kLargestPlain = 87;

// x = e^x for fours from the first one on, as long as all of a four are of at most kLargestPlain in
// magnitude. Returns how many are done, a multiple of four. The bits are those of exp().
size_t exp_plain(std::span<float> x);

// Whole eights of floats, `eights` of them: what the VFP11 computes at once.
extern "C" {
void eights_add(float* x, const float* y, size_t eights);       // x += y
void eights_multiply(float* x, const float* y, size_t eights);  // x *= y
// out = x + y, out = x * factor; out may be x
void eights_add_to_all(float* out, const float* x, size_t eights, float y);
void eights_scale(float* out, const float* x, size_t eights, float factor);
// out = weights * (scale * x)
void eights_scale_and_weigh(float* out, const float* x, const float* weights, size_t eights,
                            float scale);
// gate = (gate * (1 / (1 + powers))) * up
void eights_silu(float* gate, const float* up, const float* powers, size_t eights);
}

// quantize_to_words() (llama/kernels/activations.h) of 32 values; false, if this machine leaves
// them to the general one.
bool quantize_plain(std::span<const float, kColumnsPerGroup> values,
                    std::span<uint32_t, kColumnsPerGroup> words, float& scale);

}  // namespace llama
