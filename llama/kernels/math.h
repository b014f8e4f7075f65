// Elementary functions of our own, so that every machine gives the same bits.
//
// A C library's expf differs between x86-64, ARM and aarch64 in its last bit, and one bit is enough
// for another story. These functions use + - * / of doubles, in the order written, conversions, and
// integers; compiled with -ffp-contract=off they are the same everywhere, with flush-to-zero on or
// off. No result is ever subnormal: what is smaller than 2^-126 in magnitude is 0 with its sign,
// and a subnormal argument counts as 0.
//
// Errors are given in ulp of the float result; 0.5 is the correctly rounded one. A NaN argument
// gives a NaN (its payload is not promised).
#pragma once

#include <bit>
#include <cstdint>
#include <span>

namespace llama {

// e^x to 0.5001 ulp. Infinity from 88.7228394 on, 0 below -87.3365479 (where e^x < 2^-126).
float exp(float x);

// x[i] = exp(x[i]) for all of them: the same bits, faster.
void exp(std::span<float> x);

// The natural logarithm to 0.5001 ulp. x = 0 gives -infinity, x < 0 a NaN.
float log(float x);

// x^y to 0.5001 ulp, for x > 0. x^0 = 1 for every x. x = 0 counts as the limit from above, and
// x < 0 gives a NaN, whatever y is.
float pow(float x, float y);

struct SinCos {
  float sin;
  float cos;
};

// The largest angle in radians that sincos() takes: positions go to 131072, RoPE's fastest
// frequency is 1.
constexpr float kMaxAngle = 0x1p20f;

// Sine and cosine of x radians to 0.5001 ulp, |x| <= kMaxAngle. NaN beyond it: an angle that large
// is damage, not a position.
SinCos sincos(float x);
inline float sin(float x) { return sincos(x).sin; }
inline float cos(float x) { return sincos(x).cos; }

// Correctly rounded: one instruction on all our machines. x < 0 gives a NaN.
inline float sqrt(float x) { return __builtin_sqrtf(x); }

// A word whose lower 16 bits are the nearest integer, ties to the even one, in two's complement,
// for |x| < 2^15.
inline uint32_t round_to_word(float x) {
  // 1.5 * 2^23: floats from there on are whole numbers, so the addition itself rounds. The lower
  // bits of the constant are zeros.
  return std::bit_cast<uint32_t>(x + 0x1.8p23f);
}

// The nearest integer, ties to the even one, for |x| <= 2^22. Beyond that, and for a NaN, the value
// means nothing, but is computed without harm: a caller that cannot rule it out checks first.
inline int32_t round_to_int(float x) {
  // 1.5 * 2^23: floats from there on are whole numbers, so the addition itself rounds, and the
  // sum's bits count up from those of the constant.
  constexpr float kShift = 0x1.8p23f;
  return static_cast<int32_t>(std::bit_cast<uint32_t>(x + kShift) -
                              std::bit_cast<uint32_t>(kShift));
}

// IEEE 754 half precision to float. Exact for every value, subnormal halves (below 2^-14) included;
// a float can hold all of them as normal numbers. Infinities and NaNs stay what they are.
constexpr float half_to_float(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 0x1fu;
  uint32_t fraction = half & 0x3ffu;
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000u | fraction << 13);
  if (exponent != 0) {
    // Biases 127 and 15: 112 apart.
    return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
  }
  if (fraction == 0) return std::bit_cast<float>(sign);
  // fraction * 2^-24 with its top bit at place p (0 to 9) is 1.xxx * 2^(p - 24).
  const uint32_t top = 31u - static_cast<uint32_t>(std::countl_zero(fraction));
  fraction = (fraction << (23 - top)) & 0x7fffffu;
  return std::bit_cast<float>(sign | (top - 24 + 127) << 23 | fraction);
}

// Float to the nearest half, ties to the even one; infinity from 65520 on. Subnormal halves are
// made, subnormal floats become 0. A NaN becomes the quiet NaN 0x7e00 with its sign.
uint16_t float_to_half(float value);

}  // namespace llama
