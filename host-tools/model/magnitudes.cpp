#include "host-tools/model/magnitudes.h"

#include <cmath>
#include <cstddef>
#include <vector>

#include "base/check.h"

namespace host {
namespace {

constexpr uint32_t kHalfBits = 16;
constexpr uint32_t kLowerHalf = (1u << kHalfBits) - 1;

// The first place whose counts, with all before it, are k or more. k is then the place in it.
uint32_t find_place(std::span<const uint64_t> counts, uint64_t& k) {
  for (uint32_t place = 0; place < counts.size(); ++place) {
    if (k <= counts[place]) return place;
    k -= counts[place];
  }
  CHECK(false);
}

}  // namespace

uint32_t kth_smallest_magnitude(uint64_t k, const EachWeight& each) {
  CHECK(k > 0);
  std::vector<uint64_t> counts(size_t{1} << kHalfBits);
  each([&](std::span<const float> values) {
    for (const float value : values) ++counts[magnitude_bits(value) >> kHalfBits];
  });
  const uint32_t upper = find_place(counts, k);
  counts.assign(counts.size(), 0);
  each([&](std::span<const float> values) {
    for (const float value : values) {
      const uint32_t bits = magnitude_bits(value);
      if (bits >> kHalfBits == upper) ++counts[bits & kLowerHalf];
    }
  });
  return upper << kHalfBits | find_place(counts, k);
}

uint64_t share_of(double ratio, uint64_t weights) {
  return static_cast<uint64_t>(std::llround(ratio * static_cast<double>(weights)));
}

}  // namespace host
