// Rounding, and sizes with their unit.
#pragma once

#include <cstdint>

namespace base {

template <typename T>
constexpr T round_up(T value, T multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

template <typename T>
constexpr T divide_up(T value, T divisor) {
  return (value + divisor - 1) / divisor;
}

constexpr uint64_t operator""_KiB(unsigned long long n) { return n << 10; }
constexpr uint64_t operator""_MiB(unsigned long long n) { return n << 20; }

}  // namespace base
