// The operations over single values (llama/kernels/operations.cpp): what they compute, and that it
// is what llama/kernels/kernels_reference.h defines.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include "llama/kernels/fp_mode.h"
#include "llama/kernels/kernels.h"
#include "llama/kernels/kernels_reference.h"
#include "llama/kernels/math.h"

namespace llama {
namespace {

TEST(Softmax, SumsToOneAndSurvivesLargeValues) {
  std::vector<float> x = {1000.0f, 999.0f, -1000.0f};
  softmax(x);
  EXPECT_NEAR(x[0], 0.7310586f, 1e-6f);
  EXPECT_NEAR(x[1], 0.2689414f, 1e-6f);
  EXPECT_EQ(x[2], 0.0f);
}

TEST(Rmsnorm, ScalesToUnitPowerAndMayWriteInPlace) {
  std::vector<float> x = {3.0f, -4.0f};
  const std::vector<float> weight = {1.0f, 2.0f};
  rmsnorm(x, x, weight, 0);
  const float root = std::sqrt(12.5f);
  EXPECT_NEAR(x[0], 3.0f / root, 1e-6f);
  EXPECT_NEAR(x[1], -8.0f / root, 1e-6f);
}

TEST(RotatePairs, TurnsEachHeadsPairsByTheSameAngles) {
  std::vector<float> x = {1, 0, 0, 1};            // two heads of size 2
  const std::vector<float> turns = {0.0f, 1.0f};  // a quarter turn
  rotate_pairs(x, turns);
  EXPECT_EQ(x, (std::vector<float>{0, 1, -1, 0}));
}

TEST(Swiglu, GatesWithTheSigmoid) {
  std::vector<float> gate = {0.0f, 2.0f, -200.0f};
  swiglu(gate, std::vector<float>{5.0f, 3.0f, 1.0f});
  EXPECT_EQ(gate[0], 0.0f);
  EXPECT_NEAR(gate[1], 3.0f * 2.0f / (1.0f + std::exp(-2.0f)), 1e-6f);
  EXPECT_EQ(gate[2], 0.0f);
}

enum class Flavour : uint8_t { kUsual, kExtreme };

// Values as a model has them, or of which one in four has any bits at all: subnormal, infinite, no
// number.
std::vector<float> random_values(size_t count, Flavour flavour, std::mt19937& random) {
  std::normal_distribution<float> normal(0, 3);
  std::vector<float> values(count);
  for (float& value : values) {
    const bool is_any = flavour == Flavour::kExtreme && random() % 4 == 0;
    value = is_any ? std::bit_cast<float>(static_cast<uint32_t>(random())) : normal(random);
  }
  return values;
}

// Equal bits, or both no number: the payload of a NaN means nothing.
void expect_same(const std::vector<float>& made, const std::vector<float>& defined,
                 const char* what) {
  for (size_t i = 0; i < made.size(); ++i) {
    const bool is_same = std::bit_cast<uint32_t>(made[i]) == std::bit_cast<uint32_t>(defined[i]) ||
                         (std::isnan(made[i]) && std::isnan(defined[i]));
    EXPECT_TRUE(is_same) << what << " of " << made.size() << " at " << i << ": " << made[i]
                         << ", not " << defined[i];
  }
}

// Computes `x` in both ways.
template <typename Made, typename Defined>
void compare(const std::vector<float>& x, const char* what, Made made, Defined defined) {
  std::vector<float> a = x, b = x;
  made(std::span(a));
  defined(std::span(b));
  expect_same(a, b, what);
}

class Operations : public testing::TestWithParam<Flavour> {};

TEST_P(Operations, GiveTheBitsOfTheDefinition) {
  enter_flush_to_zero();
  using Floats = std::span<float>;
  std::mt19937 random(17);
  for (const size_t size : {1u, 4u, 7u, 8u, 20u, 64u, 65u, 100u, 288u}) {
    for (int round = 0; round < 50; ++round) {
      const auto x = random_values(size, GetParam(), random);
      const auto y = random_values(size, GetParam(), random);
      compare(
          x, "rmsnorm", [&](Floats v) { rmsnorm(v, v, y, 1e-5f); },
          [&](Floats v) { reference::rmsnorm(v, v, y, 1e-5f); });
      compare(
          x, "scale", [&](Floats v) { scale(v, y[0]); },
          [&](Floats v) { reference::scale(v, y[0]); });
      compare(
          x, "exp", [](Floats v) { exp(v); }, [](Floats v) { reference::exp(v); });
      compare(
          x, "softmax", [](Floats v) { softmax(v); }, [](Floats v) { reference::softmax(v); });
      compare(
          x, "swiglu", [&](Floats v) { swiglu(v, y); }, [&](Floats v) { reference::swiglu(v, y); });
      compare(
          x, "add", [&](Floats v) { add(v, y); }, [&](Floats v) { reference::add(v, y); });
      compare(
          x, "multiply", [&](Floats v) { multiply(v, y); },
          [&](Floats v) { reference::multiply(v, y); });
      if (size % 4 != 0) continue;
      const auto turns = std::span(y).first(size / 2);
      compare(
          x, "rotate_pairs", [&](Floats v) { rotate_pairs(v, turns); },
          [&](Floats v) { reference::rotate_pairs(v, turns); });
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Values, Operations, testing::Values(Flavour::kUsual, Flavour::kExtreme),
                         [](const auto& tested) {
                           return tested.param == Flavour::kUsual ? "Usual" : "Extreme";
                         });

}  // namespace
}  // namespace llama
