// The scales of integer weights as model files hold them: 16-bit floats of our own.
//
// Sign, 5 bits of exponent, 10 of mantissa, value (1 + mantissa / 1024) * 2^(exponent - 25), all
// zero for 0. No subnormals: IEEE halves from 2^-24 (their smallest subnormal) to just under 128
// all convert exactly, and back to float is a shift on a machine that flushes subnormals (exponent
// 25 below IEEE single's bias 127: the kernels multiply by 2^102 elsewhere). A scale of 128 or more
// would mean weights in the thousands.
#pragma once

#include <bit>
#include <cstdint>

namespace llama {

constexpr int kScaleBias = 25;
float scale_to_float(uint16_t scale);

// That float times 2^-102, as the kernels use it: the scale's bits where a float has them.
constexpr float scale_as_bits(uint16_t scale) {
  return std::bit_cast<float>((scale & 0x8000u) << 16 | (scale & 0x7fffu) << 13);
}
// What makes up for it, in an activation's scale.
constexpr float kScaleFactor = 0x1p102f;

// The scale that equals the IEEE half `half`; false if there is none (128 and above, infinity,
// NaN).
bool scale_from_half(uint16_t half, uint16_t& scale);
// The inverse; of a scale that is not a half, the half next to it towards 0.
uint16_t scale_to_half(uint16_t scale);

// The scale next to `scale`, which is not negative and below 128; 0 for what is below 2^-24.
constexpr uint16_t scale_from_float(float scale) {
  // Half of what goes less one, and the last kept place itself, make ties even (a carry into the
  // exponent is what it should be).
  const auto bits = std::bit_cast<uint32_t>(scale);
  constexpr uint32_t kRebias = (127 - kScaleBias) << 23;
  if (bits < kRebias + (1u << 23)) return 0;
  return static_cast<uint16_t>((bits - kRebias + 0xfff + (bits >> 13 & 1)) >> 13);
}

}  // namespace llama
