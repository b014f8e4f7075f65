// The bits of llama/kernels/math.h over many arguments, folded into one number. It needs no test
// framework, so that any machine can compute it and compare: x86-64, aarch64, the ARM1176.
#pragma once

#include <bit>
#include <cstdint>

#include "llama/kernels/math.h"

namespace llama {

// FNV-1a over 32-bit words.
class BitHash {
 public:
  void add(uint32_t word) { state_ = (state_ ^ word) * 0x100000001b3u; }
  void add(float value) {
    // The payload of a NaN is not promised.
    add(value != value ? 0x7fc00000u : std::bit_cast<uint32_t>(value));
  }
  uint64_t value() const { return state_; }

 private:
  uint64_t state_ = 0xcbf29ce484222325u;
};

inline uint64_t hash_math_results() {
  BitHash hash;
  uint32_t random = 1;
  const auto next = [&random] {
    random = random * 1664525u + 1013904223u;
    return random;
  };
  // A float in [-1, 1), made exactly.
  const auto next_unit = [&next] {
    return static_cast<float>(static_cast<int32_t>(next()) >> 8) * 0x1p-23f;
  };
  for (int i = 0; i < 20000; ++i) {
    // Any bit pattern at all: NaNs, infinities and subnormal numbers are among them.
    const float any = std::bit_cast<float>(next());
    const SinCos any_angle = sincos(any);
    hash.add(exp(any));
    hash.add(log(any));
    hash.add(pow(any, std::bit_cast<float>(next())));
    hash.add(any_angle.sin);
    hash.add(any_angle.cos);
    hash.add(static_cast<uint32_t>(float_to_half(any)));
    hash.add(half_to_float(static_cast<uint16_t>(next() >> 16)));
    // Where a model's numbers are.
    const SinCos angle = sincos(next_unit() * 131072.0f);
    hash.add(exp(next_unit() * 100.0f));
    hash.add(pow(10000.0f, next_unit()));
    hash.add(1.0f / pow(500000.0f, static_cast<float>(i % 64) / 64.0f));
    hash.add(angle.sin);
    hash.add(angle.cos);
    hash.add(sqrt(next_unit() + 1.0f));
    hash.add(static_cast<uint32_t>(round_to_int(next_unit() * 127.0f)));
  }
  return hash.value();
}

// What every machine must get.
inline constexpr uint64_t kMathResultsHash = 0x2f8454611a9446e8;

}  // namespace llama
