// Rounding, and the size by which memory is aligned.
#pragma once

#include <cstddef>
#include <cstdint>

namespace base {

// A cache line of the ARM1176 (TRM 7.2): what DMA writes must share none with anything else, and
// what is read as a stream begins with one. The same on the host, so that plans agree.
inline constexpr size_t kCacheLineBytes = 32;

template <typename T>
constexpr T round_up(T value, T multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

template <typename T>
constexpr T divide_up(T value, T divisor) {
  return (value + divisor - 1) / divisor;
}

}  // namespace base
