// Which magnitude is the k-th smallest of more weights than memory holds.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <span>

namespace host {

// Of numbers that are not NaN, bits in this order are magnitudes in their order; those of 0 and -0
// are 0.
constexpr uint32_t magnitude_bits(float value) {
  return std::bit_cast<uint32_t>(value) & 0x7fffffffu;
}

// Calls `take` with all weights, some at a time and each once.
using EachWeight = std::function<void(const std::function<void(std::span<const float>)>& take)>;

// The bits of the k-th smallest magnitude, k from 1 to the number of weights. Exact: of its bits,
// the upper 16 are found by counting, then the lower, so that `each` is called twice.
uint32_t kth_smallest_magnitude(uint64_t k, const EachWeight& each);

// How many weights a ratio of them is: the nearest whole number.
uint64_t share_of(double ratio, uint64_t weights);

}  // namespace host
