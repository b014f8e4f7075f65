#include "llama/kernels/weight_scale.h"

namespace llama {
namespace {

constexpr uint32_t kHalfBias = 15;

}  // namespace

float scale_to_float(uint16_t scale) {
  const uint32_t exponent = scale >> 10 & 31;
  if (exponent == 0) return 0;
  const uint32_t sign = static_cast<uint32_t>(scale >> 15) << 31;
  const uint32_t mantissa = scale & 1023u;
  return std::bit_cast<float>(sign | (exponent - kScaleBias + 127) << 23 | mantissa << 13);
}

bool scale_from_half(uint16_t half, uint16_t& scale) {
  const uint32_t sign = half & 0x8000u;
  uint32_t exponent = half >> 10 & 31;
  uint32_t mantissa = half & 1023u;
  if (exponent == 0) {
    if (mantissa == 0) {
      scale = 0;
      return true;
    }
    // A subnormal half is mantissa * 2^-24: shift until the leading one is at bit 10.
    exponent = 1;
    while ((mantissa & 1024u) == 0) {
      mantissa <<= 1;
      --exponent;  // may pass below 0; the sum below is positive again
    }
    mantissa &= 1023u;
  }
  const uint32_t ours = exponent + (kScaleBias - kHalfBias);
  if (ours > 31) return false;
  scale = static_cast<uint16_t>(sign | ours << 10 | mantissa);
  return true;
}

uint16_t scale_to_half(uint16_t scale) {
  constexpr uint32_t kRebias = kScaleBias - kHalfBias;
  const uint32_t exponent = scale >> 10 & 31;
  if (exponent == 0) return 0;
  const uint32_t sign = scale & 0x8000u;
  const uint32_t mantissa = scale & 1023u;
  // Subnormal halves count units of 2^-24.
  const uint32_t bits = exponent > kRebias ? (exponent - kRebias) << 10 | mantissa
                                           : (1024u | mantissa) >> (kRebias + 1 - exponent);
  return static_cast<uint16_t>(sign | bits);
}

}  // namespace llama
