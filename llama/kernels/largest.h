// The largest of many floats and where it was, found on the way: what argmax() would look for
// again.
#pragma once

#include <bit>
#include <cstdint>

namespace llama {

// As long as one of them is a normal number above 0, which of logits one usually is. Among those,
// floats are in the order of their bits, above which are the NaNs; negative ones have negative
// bits.
struct Largest {
  static constexpr int32_t kNone = 0x007fffff;
  static constexpr int32_t kInfinity = 0x7f800000;

  int32_t bits = kNone;
  uint32_t at = 0;  // the first place of equals

  void consider(float value, uint32_t place) {
    const auto candidate = std::bit_cast<int32_t>(value);
    if (candidate > bits && candidate <= kInfinity) [[unlikely]] {
      bits = candidate;
      at = place;
    }
  }
  // `part` began with this one's bits, and counts its places from `offset` on.
  void merge(const Largest& part, uint32_t offset) {
    if (part.bits != bits) *this = {part.bits, offset + part.at};
  }
  // False also when a fast loop met a NaN.
  bool is_known() const { return bits > kNone && bits <= kInfinity; }
};

}  // namespace llama
