#include "host-tools/model/magnitudes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace host {
namespace {

// In pieces, as tiles bring them.
EachWeight in_pieces(const std::vector<float>& values, size_t piece) {
  return [&values, piece](const auto& take) {
    const std::span<const float> all = values;
    for (size_t at = 0; at < all.size(); at += piece) {
      take(all.subspan(at, std::min(piece, all.size() - at)));
    }
  };
}

// By sorting all of them.
uint32_t expected_kth(std::vector<float> values, uint64_t k) {
  std::ranges::sort(values, {}, [](float value) { return std::abs(value); });
  return magnitude_bits(values[static_cast<size_t>(k - 1)]);
}

std::vector<float> random_values(size_t count, uint32_t kinds) {
  std::vector<float> values(count);
  uint32_t state = 7;
  for (float& value : values) {
    state = state * 1664525 + 1013904223;
    const auto number =
        static_cast<float>(static_cast<int32_t>(state >> 8) % static_cast<int32_t>(kinds));
    value = (state & 1) != 0 ? -number / 977 : number / 977;
  }
  return values;
}

TEST(KthSmallestMagnitude, IsThatOfSortingThem) {
  for (const uint32_t kinds : {3u, 50u, 1u << 23}) {
    const auto values = random_values(5000, kinds);
    for (const uint64_t k : {1u, 2u, 17u, 1000u, 2500u, 4999u, 5000u}) {
      EXPECT_EQ(kth_smallest_magnitude(k, in_pieces(values, 333)), expected_kth(values, k))
          << kinds << ", " << k;
    }
  }
}

TEST(KthSmallestMagnitude, TellsNeighbouringNumbersApart) {
  std::vector<float> values = {1};
  for (int i = 0; i < 9; ++i) values.push_back(-std::nextafter(std::abs(values.back()), 2.0f));
  for (uint64_t k = 1; k <= values.size(); ++k) {
    EXPECT_EQ(kth_smallest_magnitude(k, in_pieces(values, 4)), magnitude_bits(1) + k - 1);
  }
}

TEST(KthSmallestMagnitude, KnowsZerosAndTheLeastAndLargestNumbers) {
  constexpr float kLeast = std::numeric_limits<float>::denorm_min();
  constexpr float kLargest = std::numeric_limits<float>::max();
  const std::vector<float> values = {-kLargest, 0.0f, kLeast, -0.0f};
  const auto each = in_pieces(values, 4);
  EXPECT_EQ(kth_smallest_magnitude(1, each), 0u);
  EXPECT_EQ(kth_smallest_magnitude(2, each), 0u);
  EXPECT_EQ(kth_smallest_magnitude(3, each), 1u);
  EXPECT_EQ(kth_smallest_magnitude(4, each), magnitude_bits(kLargest));
}

TEST(KthSmallestMagnitude, ReadsTheWeightsTwiceAndKeepsNone) {
  const auto values = random_values(100, 50);
  int passes = 0;
  kth_smallest_magnitude(40, [&](const auto& take) {
    ++passes;
    take(values);
  });
  EXPECT_EQ(passes, 2);
}

TEST(ShareOf, IsTheNearestWholeNumber) {
  EXPECT_EQ(share_of(0, 100), 0u);
  EXPECT_EQ(share_of(0.29, 100), 29u);
  EXPECT_EQ(share_of(0.001, 400), 0u);
  EXPECT_EQ(share_of(0.001, 600), 1u);
  EXPECT_EQ(share_of(1, 45'088'768), 45'088'768u);
}

}  // namespace
}  // namespace host
