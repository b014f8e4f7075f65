#include "llama/kernels/math.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cfenv>
#include <cmath>
#include <limits>
#include <random>
#include <thread>
#include <vector>

#include "llama/kernels/fp_mode.h"
#include "tests/llama/kernels/math_golden.h"

namespace llama {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNotANumber = std::numeric_limits<float>::quiet_NaN();

// |got - exact| in units of the last place that a float of exact's size has.
double error_in_ulp(float got, long double exact) {
  const int exponent = std::max(std::ilogb(exact), -126);
  return static_cast<double>(
      std::fabs(std::scalbn(static_cast<long double>(got) - exact, 23 - exponent)));
}

// The worst error over all floats from `first` to `last` (of one sign), `step` bit patterns apart.
template <typename Function, typename Exact>
double worst_error(float first, float last, uint32_t step, Function function, Exact exact) {
  double worst = 0;
  const uint32_t end = std::bit_cast<uint32_t>(last);
  for (uint32_t bits = std::bit_cast<uint32_t>(first); bits <= end; bits += step) {
    const float x = std::bit_cast<float>(bits);
    worst = std::max(worst, error_in_ulp(function(x), exact(static_cast<long double>(x))));
  }
  return worst;
}

TEST(Exp, IsAsGoodAsItsHeaderSays) {
  const auto exact = [](long double x) { return std::exp(x); };
  const auto ours = [](float x) { return exp(x); };
  EXPECT_LE(worst_error(0x1p-126f, 88.72283f, 997, ours, exact), 0.5001);
  EXPECT_LE(worst_error(-0x1p-126f, -87.33654f, 997, ours, exact), 0.5001);
  // Every float of the part that a softmax lives in.
  EXPECT_LE(worst_error(-1.0f, -1.5f, 1, ours, exact), 0.5001);
}

TEST(Exp, LeavesTheRangeAtTheRightPlace) {
  EXPECT_EQ(exp(0.0f), 1.0f);
  EXPECT_EQ(exp(-0.0f), 1.0f);
  EXPECT_LT(exp(88.72283f), kInf);
  EXPECT_EQ(exp(88.72284f), kInf);
  EXPECT_EQ(exp(1e30f), kInf);
  EXPECT_EQ(exp(kInf), kInf);
  EXPECT_GE(exp(-87.33654f), 0x1p-126f);
  EXPECT_EQ(exp(-87.33655f), 0.0f);
  EXPECT_EQ(exp(-1e30f), 0.0f);
  EXPECT_EQ(exp(-kInf), 0.0f);
  EXPECT_TRUE(std::isnan(exp(kNotANumber)));
}

TEST(Exp, NeverFallsWhereItsArgumentRises) {
  float before = 0;
  for (uint32_t bits = std::bit_cast<uint32_t>(-104.0f); bits > 0x80000000u; bits -= 251) {
    const float value = exp(std::bit_cast<float>(bits));
    ASSERT_GE(value, before);
    before = value;
  }
}

TEST(Log, IsAsGoodAsItsHeaderSays) {
  const auto exact = [](long double x) { return std::log(x); };
  const auto ours = [](float x) { return log(x); };
  EXPECT_LE(worst_error(0x1p-126f, 0.9999999f, 997, ours, exact), 0.5001);
  EXPECT_LE(worst_error(1.0000001f, 0x1.fffffep127f, 997, ours, exact), 0.5001);
  EXPECT_LE(worst_error(0.99f, 0.9999999f, 1, ours, exact), 0.5001);
  EXPECT_LE(worst_error(1.0000001f, 1.01f, 1, ours, exact), 0.5001);
}

TEST(Log, KnowsItsEdges) {
  EXPECT_EQ(log(1.0f), 0.0f);
  EXPECT_EQ(log(0.0f), -kInf);
  EXPECT_EQ(log(std::bit_cast<float>(1u)), -kInf) << "a subnormal counts as 0";
  EXPECT_EQ(log(kInf), kInf);
  EXPECT_TRUE(std::isnan(log(-1.0f)));
  EXPECT_TRUE(std::isnan(log(kNotANumber)));
}

TEST(Pow, IsAsGoodAsItsHeaderSaysForRotaryFrequencies) {
  for (const float base : {10000.0f, 500000.0f, 1000000.0f, 8e6f}) {
    for (int size = 2; size <= 256; size += 2) {
      for (int i = 0; i < size; i += 2) {
        const float y = static_cast<float>(i) / static_cast<float>(size);
        const long double exact =
            std::pow(static_cast<long double>(base), static_cast<long double>(y));
        ASSERT_LE(error_in_ulp(pow(base, y), exact), 0.5001) << base << " ^ " << y;
      }
    }
  }
}

TEST(Pow, IsAsGoodAsItsHeaderSaysAnywhere) {
  uint32_t random = 1;
  double worst = 0;
  for (int i = 0; i < 300000; ++i) {
    random = random * 1664525u + 1013904223u;
    const float x = std::bit_cast<float>(0x00800000u + (random >> 1) % 0x7f000000u);
    random = random * 1664525u + 1013904223u;
    const float y = static_cast<float>(static_cast<int32_t>(random)) * 0x1p-27f;
    const long double exact = std::pow(static_cast<long double>(x), static_cast<long double>(y));
    if (exact < 0x1p-126L || exact > 0x1.fffffep127L) continue;
    worst = std::max(worst, error_in_ulp(pow(x, y), exact));
  }
  EXPECT_LE(worst, 0.5001);
}

TEST(Pow, KnowsItsEdges) {
  EXPECT_EQ(pow(10000.0f, 0.0f), 1.0f);
  EXPECT_EQ(pow(10000.0f, 1.0f), 10000.0f);
  EXPECT_EQ(pow(2.0f, -126.0f), 0x1p-126f);
  EXPECT_EQ(pow(2.0f, -127.0f), 0.0f);
  EXPECT_EQ(pow(2.0f, 128.0f), kInf);
  EXPECT_EQ(pow(kInf, -1.0f), 0.0f);
  EXPECT_EQ(pow(0.0f, 2.0f), 0.0f);
  EXPECT_EQ(pow(0.0f, -2.0f), kInf);
  EXPECT_EQ(pow(1.0f, kInf), 1.0f);
  EXPECT_TRUE(std::isnan(pow(-2.0f, 2.0f)));
  EXPECT_TRUE(std::isnan(pow(kNotANumber, 1.0f)));
  EXPECT_TRUE(std::isnan(pow(2.0f, kNotANumber)));
}

TEST(SinCos, IsAsGoodAsItsHeaderSays) {
  const auto sine = [](long double x) { return std::sin(x); };
  const auto cosine = [](long double x) { return std::cos(x); };
  const auto our_sine = [](float x) { return sin(x); };
  const auto our_cosine = [](float x) { return cos(x); };
  EXPECT_LE(worst_error(0x1p-126f, kMaxAngle, 499, our_sine, sine), 0.5001);
  EXPECT_LE(worst_error(-0x1p-126f, -kMaxAngle, 499, our_sine, sine), 0.5001);
  EXPECT_LE(worst_error(0x1p-126f, kMaxAngle, 499, our_cosine, cosine), 0.5001);
  EXPECT_LE(worst_error(-0x1p-126f, -kMaxAngle, 499, our_cosine, cosine), 0.5001);
}

// The floats next to multiples of pi/2 are where a reduction of the angle loses its digits.
TEST(SinCos, IsAsGoodNextToEveryMultipleOfAQuarterTurn) {
  double worst = 0;
  for (int k = 1; k < 667544; ++k) {
    const long double exact_angle = k * 1.57079632679489661923132169163975144L;
    const float near = static_cast<float>(exact_angle);
    if (near > kMaxAngle) break;
    const long double x = static_cast<long double>(near);
    worst = std::max(worst, error_in_ulp(sin(near), std::sin(x)));
    worst = std::max(worst, error_in_ulp(cos(near), std::cos(x)));
  }
  EXPECT_LE(worst, 0.5001);
}

TEST(SinCos, IsAsGoodForEveryPositionOfALongContext) {
  double worst = 0;
  for (int position = 0; position <= 131072; ++position) {
    const long double x = position;
    worst = std::max(worst, error_in_ulp(cos(static_cast<float>(position)), std::cos(x)));
    if (position > 0) {
      worst = std::max(worst, error_in_ulp(sin(static_cast<float>(position)), std::sin(x)));
    }
  }
  EXPECT_LE(worst, 0.5001);
}

TEST(SinCos, KnowsItsEdges) {
  EXPECT_EQ(sin(0.0f), 0.0f);
  EXPECT_EQ(cos(0.0f), 1.0f);
  EXPECT_EQ(sin(0x1p-126f), 0x1p-126f);
  for (const float beyond : {0x1.000002p20f, -0x1.000002p20f, 3e38f, kInf, -kInf, kNotANumber}) {
    EXPECT_TRUE(std::isnan(sin(beyond))) << beyond;
    EXPECT_TRUE(std::isnan(cos(beyond))) << beyond;
  }
}

TEST(RoundToInt, PutsTiesOnTheEvenNumber) {
  EXPECT_EQ(round_to_int(0.5f), 0);
  EXPECT_EQ(round_to_int(1.5f), 2);
  EXPECT_EQ(round_to_int(2.5f), 2);
  EXPECT_EQ(round_to_int(-0.5f), 0);
  EXPECT_EQ(round_to_int(-1.5f), -2);
  EXPECT_EQ(round_to_int(-126.5f), -126);
  EXPECT_EQ(round_to_int(0.49999997f), 0);
  EXPECT_EQ(round_to_int(4194303.5f), 4194304);
  EXPECT_EQ(round_to_int(4194304.0f), 4194304);
  EXPECT_EQ(round_to_int(-4194304.0f), -4194304);
}

TEST(RoundToInt, AgreesWithTheRoundingOfTheMachine) {
  ASSERT_EQ(std::fegetround(), FE_TONEAREST);
  for (uint32_t bits = 0; bits <= std::bit_cast<uint32_t>(4194304.0f); bits += 1009) {
    const float x = std::bit_cast<float>(bits);
    ASSERT_EQ(round_to_int(x), std::lrint(x)) << x;
    ASSERT_EQ(round_to_int(-x), std::lrint(-x)) << -x;
  }
}

TEST(Half, BecomesAFloatExactly) {
  for (uint32_t half = 0; half < 0x10000; ++half) {
    const float value = half_to_float(static_cast<uint16_t>(half));
    const int exponent = static_cast<int>(half >> 10 & 0x1f);
    const int fraction = static_cast<int>(half & 0x3ff);
    EXPECT_EQ(std::signbit(value), half >= 0x8000);
    if (exponent == 31) {
      EXPECT_TRUE(fraction == 0 ? std::isinf(value) : std::isnan(value)) << half;
      continue;
    }
    // By definition: fraction units of 2^-24, or 1024 and fraction units of 2^(exponent - 25).
    const double magnitude =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    ASSERT_EQ(std::fabs(static_cast<double>(value)), magnitude) << half;
  }
}

TEST(Half, ComesBackFromAFloat) {
  for (uint32_t half = 0; half < 0x10000; ++half) {
    const float value = half_to_float(static_cast<uint16_t>(half));
    const uint32_t expected = std::isnan(value) ? (half & 0x8000) | 0x7e00 : half;
    ASSERT_EQ(float_to_half(value), expected);
  }
}

TEST(Half, TakesTheNearerOfTwoAndTheEvenOneOnTies) {
  for (uint16_t half = 0; half < 0x7bff; ++half) {
    const auto next = static_cast<uint16_t>(half + 1);
    // Exact: the middle of two halves has 12 bits.
    const float middle = (half_to_float(half) + half_to_float(next)) / 2;
    ASSERT_EQ(float_to_half(middle), half % 2 == 0 ? half : next) << half;
    ASSERT_EQ(float_to_half(std::nextafter(middle, 0.0f)), half);
    ASSERT_EQ(float_to_half(std::nextafter(middle, kInf)), next);
    ASSERT_EQ(float_to_half(-middle), 0x8000 | (half % 2 == 0 ? half : next));
  }
}

TEST(Half, KnowsItsEdges) {
  EXPECT_EQ(float_to_half(65519.996f), 0x7bff);
  EXPECT_EQ(float_to_half(65520.0f), 0x7c00);
  EXPECT_EQ(float_to_half(3e38f), 0x7c00);
  EXPECT_EQ(float_to_half(-kInf), 0xfc00);
  EXPECT_EQ(float_to_half(0x1p-25f), 0x0000) << "a tie between 0 and the smallest half";
  EXPECT_EQ(float_to_half(0x1.000002p-25f), 0x0001);
  EXPECT_EQ(float_to_half(std::bit_cast<float>(0x80000001u)), 0x8000);
  EXPECT_EQ(float_to_half(kNotANumber) & 0x7fff, 0x7e00);
}

TEST(Math, GivesTheBitsThatEveryMachineMustGive) {
  EXPECT_EQ(hash_math_results(), kMathResultsHash) << std::hex << hash_math_results();
}

TEST(Math, GivesTheSameBitsWithFlushToZero) {
  uint64_t hash = 0;
  float smallest_halved = 1;
  // A thread of its own, so that the mode ends with it.
  std::thread([&] {
    enter_flush_to_zero();
    hash = hash_math_results();
    volatile float smallest = 0x1p-126f;
    smallest_halved = smallest * 0.5f;
  }).join();
  EXPECT_EQ(smallest_halved, 0.0f) << "the mode is not on";
  EXPECT_EQ(hash, kMathResultsHash) << std::hex << hash;
}

TEST(Exp, OfManyGivesTheBitsOfEachAlone) {
  enter_flush_to_zero();
  std::mt19937 random(11);
  std::vector<float> x = {0.0f,
                          -0.0f,
                          87.0f,
                          -87.0f,
                          87.5f,
                          -87.4f,
                          89.0f,
                          -200.0f,
                          std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity(),
                          std::numeric_limits<float>::quiet_NaN(),
                          1e-40f};
  for (int i = 0; i < 100'003; ++i) {
    x.push_back(static_cast<float>(static_cast<int32_t>(random())) / 24'000'000.0f);
  }
  std::vector<float> together = x;
  exp(together);
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint32_t>(together[i]), std::bit_cast<uint32_t>(exp(x[i]))) << x[i];
  }
}

}  // namespace
}  // namespace llama
