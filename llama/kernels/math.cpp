#include "llama/kernels/math.h"

#include <limits>

#include "llama/kernels/elements.h"

namespace llama {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr double kLn2 = 0x1.62e42fefa39efp-1;

// The only rounding to float. Limits are tested in double because machines differ in whether a
// result is tiny before or after rounding (ARM and x86 do when they flush), and because a
// conversion that overflows is undefined in C++.
float to_float(double value) {
  const uint32_t sign = static_cast<uint32_t>(std::bit_cast<uint64_t>(value) >> 32) & 0x80000000u;
  const double magnitude = value < 0 ? -value : value;
  if (magnitude < 0x1p-126) return std::bit_cast<float>(sign);
  // Halfway between the largest float and 2^128; ties go to even, so up.
  if (magnitude >= 0x1.ffffffp127) return sign != 0 ? -kInfinity : kInfinity;
  return static_cast<float>(value);
}

bool is_subnormal_or_zero(float value) {
  return (std::bit_cast<uint32_t>(value) & 0x7f800000u) == 0;
}

struct Rounded {
  double value;
  int32_t integer;
};

// To the nearest integer, ties to even; |x| < 2^31. See round_to_int() in the header.
Rounded round(double x) {
  const double shifted = x + kExpRound;
  return {shifted - kExpRound, static_cast<int32_t>(std::bit_cast<uint64_t>(shifted))};
}

// e^x rounded to float. x = (32 k + i) ln2/32 + r, so e^x = 2^k * 2^(i/32) * e^r.
float exp_to_float(double x) {
  if (x > 89) return kInfinity;
  if (x < -88) return 0;
  const Rounded steps = round(x * kExpStepsPerUnit);
  // |r| <= ln2/64 = 0.0109, off by at most 89 * 2^-53 = 1e-14 for the rounded product.
  const double r = x - steps.value * kExpStep;
  // The series to r^4/24; what is left out is at most r^5/120 = 1.3e-12, a 47000th of half an ulp.
  const double r2 = r * r;
  const double series = 1.0 + (r + r2 * ((0.5 + r * kExpSixth) + r2 * kExpTwentyFourth));
  const double fraction = kExpPowers[static_cast<uint32_t>(steps.integer) & 31] * series;
  // k is -127 to 128, and the fraction 0.98 to 2.02: the sum of the exponents stays within
  // double's.
  const int64_t k = (steps.integer - (steps.integer & 31)) / 32;
  const uint64_t bits = std::bit_cast<uint64_t>(fraction) + (static_cast<uint64_t>(k) << 52);
  return to_float(std::bit_cast<double>(bits));
}

// ln x for a normal x > 0. x = 2^k m with sqrt(1/2) <= m < sqrt(2), and with s = (m-1)/(m+1):
// ln m = 2 (s + s^3/3 + s^5/5 + ...).
double log_in_double(float x) {
  uint32_t bits = std::bit_cast<uint32_t>(x);
  // Adding what lies between sqrt(1/2) and 1 carries into the exponent for m >= sqrt(2) only.
  constexpr uint32_t kSqrtHalf = 0x3f3504f3;  // 0.70710677
  bits += 0x3f800000u - kSqrtHalf;
  const int32_t k = static_cast<int32_t>(bits >> 23) - 127;
  const double m = static_cast<double>(std::bit_cast<float>((bits & 0x7fffffu) + kSqrtHalf));
  const double s = (m - 1.0) / (m + 1.0);
  // |s| <= 0.1716, s^2 <= 0.02944: the first term left out is 0.02944^9 / 19 = 8.7e-16 of the sum.
  const double z = s * s;
  double series = 1.0 / 17;
  series = series * z + 1.0 / 15;
  series = series * z + 1.0 / 13;
  series = series * z + 1.0 / 11;
  series = series * z + 1.0 / 9;
  series = series * z + 1.0 / 7;
  series = series * z + 1.0 / 5;
  series = series * z + 1.0 / 3;
  return k * kLn2 + 2.0 * (s + s * z * series);
}

// Taylor's series for |r| <= pi/4 (a little more, for the rounding of the quotient). Left out: at
// most 0.786^15/15! = 2e-14, and 0.786^16/16! = 1e-15.
double sin_series(double r) {
  const double z = r * r;
  double series = 0x1.6124613a86d09p-33;  // 1/13!
  series = series * z - 0x1.ae64567f544e4p-26;
  series = series * z + 0x1.71de3a556c734p-19;
  series = series * z - 0x1.a01a01a01a01ap-13;
  series = series * z + 0x1.1111111111111p-7;
  series = series * z - 0x1.5555555555555p-3;
  return r + r * z * series;
}

double cos_series(double r) {
  const double z = r * r;
  double series = -0x1.93974a8c07c9dp-37;  // -1/14!
  series = series * z + 0x1.1eed8eff8d898p-29;
  series = series * z - 0x1.27e4fb7789f5cp-22;
  series = series * z + 0x1.a01a01a01a01ap-16;
  series = series * z - 0x1.6c16c16c16c17p-10;
  series = series * z + 0x1.5555555555555p-5;
  series = series * z - 0.5;
  return 1.0 + z * series;
}

}  // namespace

float exp(float x) {
  if (x != x) return kNan;
  return exp_to_float(static_cast<double>(x));
}

void exp(std::span<float> x) {
  for (size_t i = 0; i < x.size();) {
    i += exp_plain(x.subspan(i));
    // Those that are left, or four of which some are not plain.
    const size_t end = x.size() - i < kExpTogether ? x.size() : i + kExpTogether;
    for (; i < end; ++i) x[i] = exp(x[i]);
  }
}

float log(float x) {
  if (is_subnormal_or_zero(x)) return -kInfinity;
  if (!(x > 0)) return kNan;
  if (x == kInfinity) return kInfinity;
  return to_float(log_in_double(x));
}

float pow(float x, float y) {
  if (x != x || y != y || (x < 0 && !is_subnormal_or_zero(x))) return kNan;
  if (is_subnormal_or_zero(y)) return 1;
  if (is_subnormal_or_zero(x)) return y < 0 ? kInfinity : 0.0f;
  if (x == kInfinity) return y < 0 ? 0.0f : kInfinity;
  if (x == 1.0f) return 1;
  return exp_to_float(static_cast<double>(y) * log_in_double(x));
}

SinCos sincos(float x) {
  const float magnitude = x < 0 ? -x : x;
  if (!(magnitude <= kMaxAngle)) return {kNan, kNan};
  // Here sin x = x - x^3/6 and cos x = 1 - x^2/2 round to x and 1: x^2/2 < 2^-25.
  if (magnitude < 0x1p-12f) return {to_float(static_cast<double>(x)), 1};
  // pi/2 in three parts, the first two of 33 bits. The quotient has 20 bits, so its products with
  // them are exact in 53, and so are the differences where they cancel.
  constexpr double kTwoOverPi = 0x1.45f306dc9c883p-1;
  constexpr double kHalfPiHigh = 0x1.921fb544p+0;
  constexpr double kHalfPiMiddle = 0x1.0b4611a6p-34;
  constexpr double kHalfPiLow = 0x1.3198a2e037073p-69;
  const double angle = static_cast<double>(x);
  const Rounded quarters = round(angle * kTwoOverPi);
  const double r = ((angle - quarters.value * kHalfPiHigh) - quarters.value * kHalfPiMiddle) -
                   quarters.value * kHalfPiLow;
  const double sine = sin_series(r);
  const double cosine = cos_series(r);
  switch (static_cast<uint32_t>(quarters.integer) & 3) {
    case 0:
      return {to_float(sine), to_float(cosine)};
    case 1:
      return {to_float(cosine), to_float(-sine)};
    case 2:
      return {to_float(-sine), to_float(-cosine)};
    default:
      return {to_float(-cosine), to_float(sine)};
  }
}

uint16_t float_to_half(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = bits >> 16 & 0x8000u;
  const uint32_t magnitude = bits & 0x7fffffffu;
  constexpr uint32_t kSmallestNormalHalf = 0x38800000;  // 2^-14
  constexpr uint32_t kRoundsToInfinity = 0x477ff000;    // 65520
  uint32_t half;
  if (magnitude > 0x7f800000u) {
    half = 0x7e00;
  } else if (magnitude >= kRoundsToInfinity) {
    half = 0x7c00;
  } else if (magnitude >= kSmallestNormalHalf) {
    // 13 bits go; half of the last kept place less one, and that place itself, make ties even. A
    // carry into the exponent is what it should be.
    half = (magnitude - (112u << 23) + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
  } else {
    // A multiple of 2^-24: the 24 bits of the significand, moved down. From 2^-25 on down to 0.
    const uint32_t drop = 126u - (magnitude >> 23);
    if (drop > 24) {
      half = 0;
    } else {
      const uint32_t significand = (magnitude & 0x7fffffu) | 0x800000u;
      half = (significand + (1u << (drop - 1)) - 1 + (significand >> drop & 1u)) >> drop;
    }
  }
  return static_cast<uint16_t>(sign | half);
}

}  // namespace llama
