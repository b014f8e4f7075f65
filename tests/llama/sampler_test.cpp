#include "llama/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <vector>

#include "tests/llama/test_sampler.h"

namespace llama {
namespace {

using base::ErrorCode;
using testing::ElementsAre;

TEST(RandomGenerator, DrawsTheNumbersOfXorshift64Star) {
  RandomGenerator one(1);
  for (const uint32_t expected : {0x47e4ce4bu, 0xabcfa6a8u, 0xb9d10d8fu, 0x4db418a0u}) {
    EXPECT_EQ(one.next_u32(), expected);
  }
  RandomGenerator all_bits(UINT64_MAX);
  EXPECT_EQ(all_bits.next_u32(), 0xf92cc9e5u);
  RandomGenerator million(42);
  for (int i = 0; i < 999999; ++i) million.next_u32();
  EXPECT_EQ(million.next_u32(), 0xe4936a67u);
}

TEST(RandomGenerator, MakesUnitNumbersOfTheUpper24Bits) {
  RandomGenerator random(42);
  EXPECT_EQ(random.next_unit(), static_cast<float>(0x56ce4a) * 0x1p-24f);
  for (int i = 0; i < 100000; ++i) {
    const float unit = random.next_unit();
    ASSERT_GE(unit, 0.0f);
    ASSERT_LT(unit, 1.0f);
  }
}

TEST(RandomGenerator, DoesNotFreezeAtAnySeed) {
  for (int bit = 0; bit < 64; ++bit) {
    for (const uint64_t seed : {uint64_t{1} << bit, UINT64_MAX >> bit}) {
      RandomGenerator random(seed);
      std::set<uint32_t> drawn;
      for (int i = 0; i < 64; ++i) drawn.insert(random.next_u32());
      EXPECT_GT(drawn.size(), 60u) << seed;
    }
  }
}

TEST(RandomGeneratorDeathTest, ChecksItsSeed) { EXPECT_DEATH(RandomGenerator(0), ""); }

TEST(Argmax, TakesTheFirstOfEquals) {
  EXPECT_EQ(argmax(std::array{1.0f, 3.0f, 3.0f}), 1);
  EXPECT_EQ(argmax(std::array{1.0f, 3.0f, 2.0f, 4.0f, kNotANumber, -5.0f, 4.0f, 1.0f, 0.0f, 4.5f}),
            9);
  EXPECT_EQ(argmax(std::array{-1.0f, -kNotANumber, 2.0f, kNotANumber}), 2);
  EXPECT_EQ(argmax(std::array{1.0f, kInf, 2.0f, kInf}), 1);
  EXPECT_EQ(argmax(std::array{-1.0f, 0x1p-140f, 0.0f, 0x1p-126f}), 3);
  EXPECT_EQ(argmax(std::array{-1.0f}), 0);
  EXPECT_EQ(argmax(std::array{0.0f, -0.0f}), 0);
  EXPECT_EQ(argmax(std::array{-kInf, -kInf}), 0);
}

TEST(Argmax, PassesOverWhatIsNoNumber) {
  EXPECT_EQ(argmax(std::array{kNotANumber, -5.0f, -4.0f}), 2);
  EXPECT_EQ(argmax(std::array{-5.0f, kNotANumber, -6.0f}), 0);
  EXPECT_EQ(argmax(std::array{kNotANumber, kNotANumber}), 0);
  EXPECT_EQ(argmax(std::array{kNotANumber, -kInf}), 1);
}

TEST(Sampler, RefusesSettingsThatMeanNothing) {
  const auto code = [](SamplerSettings settings) {
    return Sampler::make(settings, {}).status().code();
  };
  EXPECT_EQ(code({.seed = 0}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.seed = 1}), ErrorCode::kOk);
  EXPECT_EQ(code({.temperature = -0.5f, .seed = 1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.temperature = kInf, .seed = 1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.temperature = kNotANumber, .seed = 1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.top_p = kNotANumber, .seed = 1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.top_p = -3, .seed = 1}), ErrorCode::kOk);
  for (const float share : {-0.1f, 1.1f, kNotANumber}) {
    EXPECT_EQ(code({.seed = 1, .min_p = share}), ErrorCode::kInvalidArgument) << share;
  }
  for (const float penalty : {0.0f, -1.0f, kInf, kNotANumber}) {
    EXPECT_EQ(code({.seed = 1, .repeat_penalty = penalty}), ErrorCode::kInvalidArgument) << penalty;
  }
}

TEST(Sampler, TakesTheLikeliestAtTemperatureZeroWithoutAScratch) {
  std::vector<float> logits = {1, 5, 5, -kInf};
  const std::vector<float> before = logits;
  Sampler sampler = Sampler::make({.temperature = 0, .seed = 1}, {}).value();
  EXPECT_EQ(sampler.sample(logits, {}), 1);
  EXPECT_EQ(logits, before);
}

TEST(Sampler, NeedsNoScratchWhenTopPIsOff) {
  for (const float off : {0.0f, -1.0f, 1.0f, 7.0f}) {
    const SamplerSettings settings{.temperature = 1, .top_p = off, .seed = 1};
    EXPECT_FALSE(Sampler::uses_candidates(settings));
    Sampler sampler = Sampler::make(settings, {}).value();
    std::vector<float> logits = {0, 0, 0};
    EXPECT_LT(sampler.sample(logits, {}), 3);
  }
  EXPECT_TRUE(Sampler::uses_candidates({.seed = 1}));
}

TEST(SamplerDeathTest, ChecksThatTheScratchIsLargeEnough) {
  std::array<Sampler::Candidate, 2> candidates;
  Sampler sampler = Sampler::make({.seed = 1}, {candidates, {}}).value();
  std::vector<float> logits = {0, 0, 0};
  EXPECT_DEATH(sampler.sample(logits, {}), "");
  EXPECT_DEATH(sampler.sample({}, {}), "");
}

// Equal probabilities of 1/8 add up exactly, so that the coin decides alone: token = floor(8 coin),
// with coin = 0.33908, 0.78225, 0.79013, 0.94423, 0.76440 of seed 42.
TEST(Sampler, FollowsTheCoinThroughTheTokensInOrder) {
  TestSampler sampler({.temperature = 1, .top_p = 1, .seed = 42});
  std::vector<int32_t> tokens;
  for (int i = 0; i < 5; ++i) tokens.push_back(sampler.sample(std::vector<float>(8, 0.5f)));
  EXPECT_THAT(tokens, ElementsAre(2, 6, 6, 7, 6));
}

// With top_p 0.55 five of the eight are kept, equals by index: token = floor(5 coin).
TEST(Sampler, FollowsTheCoinThroughTheLikeliestTokens) {
  TestSampler sampler({.temperature = 1, .top_p = 0.55f, .seed = 42});
  std::vector<int32_t> tokens;
  for (int i = 0; i < 5; ++i) tokens.push_back(sampler.sample(std::vector<float>(8, 0.5f)));
  EXPECT_THAT(tokens, ElementsAre(1, 3, 3, 4, 3));
}

// Seed 7767648 draws exactly 0.5 first, and four of eight equal tokens are exactly that much: the
// coin belongs to the fifth.
TEST(Sampler, GivesACoinOnTheBorderToTheLaterToken) {
  ASSERT_EQ(RandomGenerator(7767648).next_unit(), 0.5f);
  for (const float top_p : {1.0f, 0.99f}) {
    TestSampler sampler({.temperature = 1, .top_p = top_p, .seed = 7767648});
    EXPECT_EQ(sampler.sample(std::vector<float>(8, 0.5f)), 4);
  }
}

// 0.25 does not exceed 0.26, so that two of four equal tokens are kept; the cutoff 0.74 / 3 is just
// below them.
TEST(Sampler, KeepsTokensJustAboveTheCutoff) {
  const auto counts =
      count_draws({.temperature = 1, .top_p = 0.26f, .seed = 3}, std::vector<float>(4, 0.5f), 100);
  EXPECT_GT(counts[0], 0);
  EXPECT_GT(counts[1], 0);
  EXPECT_EQ(counts[2] + counts[3], 0);
}

TEST(Sampler, DrawsEachTokenAsOftenAsItIsLikely) {
  const auto logits = logits_of({0.1f, 0.2f, 0.3f, 0.4f});
  constexpr int kDraws = 100000;
  const auto counts = count_draws({.temperature = 1, .top_p = 1, .seed = 7}, logits, kDraws);
  // Three standard deviations of the largest, sqrt(100000 * 0.24) = 155.
  EXPECT_NEAR(counts[0], 10000, 465);
  EXPECT_NEAR(counts[1], 20000, 465);
  EXPECT_NEAR(counts[2], 30000, 465);
  EXPECT_NEAR(counts[3], 40000, 465);
}

TEST(Sampler, SharpensAndFlattensWithTheTemperature) {
  const auto logits = logits_of({0.2f, 0.8f});
  // Squared odds at 0.5 (1 to 16), their root at 2 (1 to 2).
  EXPECT_NEAR(count_draws({.temperature = 0.5f, .top_p = 1, .seed = 7}, logits, 17000)[0], 1000,
              100);
  EXPECT_NEAR(count_draws({.temperature = 2, .top_p = 1, .seed = 7}, logits, 30000)[0], 10000, 250);
}

TEST(Sampler, DrawsFromTheLikeliestOnly) {
  const auto logits = logits_of({0.05f, 0.4f, 0.15f, 0.3f, 0.1f});
  // 0.4 + 0.3 = 0.7 does not exceed 0.75, so 0.15 comes along: 0.85 in all.
  const auto counts = count_draws({.temperature = 1, .top_p = 0.75f, .seed = 9}, logits, 85000);
  EXPECT_EQ(counts[0], 0);
  EXPECT_EQ(counts[4], 0);
  EXPECT_NEAR(counts[1], 40000, 465);
  EXPECT_NEAR(counts[3], 30000, 465);
  EXPECT_NEAR(counts[2], 15000, 465);
}

TEST(Sampler, TakesTheLikeliestWhenTopPIsTiny) {
  const auto logits = logits_of({0.2f, 0.2f, 0.3f, 0.3f});
  // All are below the cutoff of (1 - 0.001) / 3 here.
  EXPECT_EQ(count_draws({.temperature = 1, .top_p = 0.001f, .seed = 3}, logits, 100)[2], 100);
}

TEST(Sampler, DrawsFromAVocabularyOfOne) {
  for (const float top_p : {0.0f, 0.5f, 1.0f}) {
    EXPECT_EQ(count_draws({.temperature = 1, .top_p = top_p, .seed = 3}, {-2.0f}, 10)[0], 10);
  }
}

TEST(Sampler, TakesTheLargestNumberWhereLogitsMakeNoDistribution) {
  for (const float top_p : {0.9f, 1.0f}) {
    for (const float temperature : {1.0f, 1e-30f, 1e30f}) {
      TestSampler sampler({.temperature = temperature, .top_p = top_p, .seed = 3});
      EXPECT_EQ(sampler.sample({1, 2, kNotANumber}), 1);
      EXPECT_EQ(sampler.sample({kNotANumber, kNotANumber}), 0);
      EXPECT_EQ(sampler.sample({1, kInf, kInf}), 1);
      EXPECT_EQ(sampler.sample({-kInf, -kInf, -kInf}), 0);
      EXPECT_EQ(sampler.sample({-kInf, 3, -kInf}), 1) << "this one is a distribution";
    }
  }
  TestSampler cold({.temperature = 1e-38f, .top_p = 1, .seed = 3});
  EXPECT_EQ(cold.sample({5, 9, 7}), 1) << "9 / 1e-38 is infinite";
}

TEST(Sampler, EndsInRangeForAnyLogits) {
  std::mt19937 random(3);
  TestSampler sampler({.temperature = 0.7f, .top_p = 0.8f, .seed = 5});
  for (int round = 0; round < 20000; ++round) {
    std::vector<float> logits(1 + random() % 12);
    for (float& logit : logits) logit = std::bit_cast<float>(static_cast<uint32_t>(random()));
    const int32_t token = sampler.sample(logits);
    ASSERT_GE(token, 0);
    ASSERT_LT(token, static_cast<int32_t>(logits.size()));
  }
}

}  // namespace
}  // namespace llama
