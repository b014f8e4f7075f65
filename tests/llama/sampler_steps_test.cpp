// Each step of choosing a token, against its definition in plain loops.
#include "llama/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <vector>

#include "llama/kernels/math.h"
#include "tests/llama/test_sampler.h"

namespace llama {
namespace {

using testing::ElementsAre;

// llama2.c's steps one by one, with a full sort in place of the heap.
int32_t sample_by_definition(std::vector<float> logits, float temperature, float top_p,
                             RandomGenerator& random) {
  for (float& logit : logits) logit /= temperature;
  const float largest = *std::max_element(logits.begin(), logits.end());
  float sum = 0;
  for (float& logit : logits) {
    logit = exp(logit - largest);
    sum += logit;
  }
  for (float& logit : logits) logit /= sum;
  const float coin = random.next_unit();
  std::vector<Sampler::Candidate> kept;
  const float cutoff = (1.0f - top_p) / static_cast<float>(logits.size() - 1);
  for (size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] >= cutoff) kept.push_back({logits[i], static_cast<int32_t>(i)});
  }
  std::stable_sort(kept.begin(), kept.end(),
                   [](const auto& a, const auto& b) { return a.probability > b.probability; });
  float cumulative = 0;
  size_t last = kept.size() - 1;
  for (size_t i = 0; i < kept.size(); ++i) {
    cumulative += kept[i].probability;
    if (cumulative > top_p) {
      last = i;
      break;
    }
  }
  float below = 0;
  for (size_t i = 0; i <= last; ++i) {
    below += kept[i].probability;
    if (coin * cumulative < below) return kept[i].token;
  }
  return kept[last].token;
}

TEST(Sampler, DrawsWhatLlama2cDrawsTiesIncluded) {
  std::mt19937 random(17);
  for (const float top_p : {0.3f, 0.9f, 0.999f}) {
    TestSampler sampler({.temperature = 0.8f, .top_p = top_p, .seed = 99});
    RandomGenerator coins(99);
    for (int round = 0; round < 2000; ++round) {
      std::vector<float> logits(2 + random() % 600);
      // Few different values, so that many are equal.
      for (float& logit : logits) logit = static_cast<float>(random() % 40) * 0.25f - 5;
      ASSERT_EQ(sampler.sample(logits), sample_by_definition(logits, 0.8f, top_p, coins));
    }
  }
}

// The steps in the header one by one, with sorted lists.
int32_t sample_by_steps(std::vector<float> logits, const SamplerSettings& settings,
                        const std::vector<int32_t>& before, RandomGenerator& random) {
  std::set<int32_t> seen;
  const size_t from = before.size() - std::min<size_t>(before.size(), settings.repeat_last);
  for (size_t i = from; i < before.size(); ++i) seen.insert(before[i]);
  for (const int32_t token : seen) {
    float& logit = logits[static_cast<size_t>(token)];
    logit = logit > 0 ? logit / settings.repeat_penalty : logit * settings.repeat_penalty;
  }
  for (float& logit : logits) logit /= settings.temperature;
  const float largest = *std::max_element(logits.begin(), logits.end());
  float sum = 0;
  for (float& logit : logits) sum += logit = exp(logit - largest);
  std::vector<Sampler::Candidate> kept;
  for (const float logit : logits) {
    kept.push_back({logit / sum, static_cast<int32_t>(kept.size())});
  }
  std::ranges::stable_sort(kept, [](auto& a, auto& b) { return a.probability > b.probability; });
  float mass = 1;
  if (settings.top_k > 0 && settings.top_k < kept.size()) {
    kept.resize(settings.top_k);
    mass = 0;
    for (const auto& candidate : kept) mass += candidate.probability;
  }
  if (settings.top_p > 0 && settings.top_p < 1) {
    float together = 0;
    size_t count = 0;
    while (count < kept.size() && together <= settings.top_p * mass) {
      together += kept[count++].probability;
    }
    kept.resize(count);
  }
  const float least = settings.min_p * kept[0].probability;
  std::erase_if(kept, [&](const auto& candidate) { return candidate.probability < least; });
  float together = 0;
  for (const auto& candidate : kept) together += candidate.probability;
  const float place = random.next_unit() * together;
  float below = 0;
  for (const auto& candidate : kept) {
    below += candidate.probability;
    if (place < below) return candidate.token;
  }
  return kept.back().token;
}

TEST(Sampler, FollowsItsDefinitionTiesIncluded) {
  std::mt19937 random(23);
  for (const SamplerSettings& settings : std::initializer_list<SamplerSettings>{
           {.temperature = 0.8f, .top_p = 1, .seed = 9, .top_k = 7},
           {.temperature = 0.8f, .top_p = 0.6f, .seed = 9, .top_k = 12},
           {.temperature = 1.5f, .top_p = 1, .seed = 9, .min_p = 0.2f},
           {.temperature = 1.5f, .top_p = 0.9f, .seed = 9, .min_p = 0.3f},
           {.temperature = 1,
           .top_p = 0.8f,
           .seed = 9,
           .top_k = 20,
           .min_p = 0.1f,
           .repeat_penalty = 1.3f,
           .repeat_last = 5},
           {.temperature = 1, .top_p = 0.95f, .seed = 9, .repeat_penalty = 0.7f}}) {
    TestSampler sampler(settings);
    RandomGenerator coins(9);
    for (int round = 0; round < 500; ++round) {
      std::vector<float> logits(2 + random() % 300);
      for (float& logit : logits) logit = static_cast<float>(random() % 40) * 0.25f - 5;
      std::vector<int32_t> before(random() % 90);
      for (int32_t& token : before) token = static_cast<int32_t>(random() % logits.size());
      ASSERT_EQ(sampler.sample(logits, before), sample_by_steps(logits, settings, before, coins));
    }
  }
}

TEST(Sampler, DrawsFromTheKLikeliestOfEqualsTheFirst) {
  const auto logits = logits_of({0.125f, 0.25f, 0.125f, 0.375f, 0.125f});
  const auto counts =
      count_draws({.temperature = 1, .top_p = 1, .seed = 9, .top_k = 3}, logits, 60000);
  EXPECT_NEAR(counts[3], 30000, 400);
  EXPECT_NEAR(counts[1], 20000, 400);
  EXPECT_NEAR(counts[0], 10000, 400);
  EXPECT_EQ(counts[2] + counts[4], 0);
  const SamplerSettings one{.temperature = 1, .top_p = 1, .seed = 9, .top_k = 1};
  EXPECT_EQ(count_draws(one, logits, 100)[3], 100);
}

// Of 0.4 and 0.3 together, 0.4 is more than half: alone it is enough. Of all it would not be.
TEST(Sampler, TakesTopPOfWhatTopKHasLeft) {
  const auto logits = logits_of({0.1f, 0.4f, 0.3f, 0.2f});
  EXPECT_EQ(count_draws({.temperature = 1, .top_p = 0.5f, .seed = 9, .top_k = 2}, logits, 100)[1],
            100);
  EXPECT_LT(count_draws({.temperature = 1, .top_p = 0.5f, .seed = 9}, logits, 100)[1], 100);
}

TEST(Sampler, LeavesOutWhatIsFarLessLikelyThanTheLikeliest) {
  const auto logits = logits_of({0.5f, 0.25f, 0.15f, 0.1f});
  const auto counts =
      count_draws({.temperature = 1, .top_p = 1, .seed = 9, .min_p = 0.4f}, logits, 30000);
  EXPECT_NEAR(counts[0], 20000, 300);
  EXPECT_NEAR(counts[1], 10000, 300);
  EXPECT_EQ(counts[2] + counts[3], 0);
  const SamplerSettings all{.temperature = 1, .top_p = 1, .seed = 9, .min_p = 1};
  EXPECT_EQ(count_draws(all, logits, 100)[0], 100) << "the likeliest always stays";
}

TEST(Sampler, PenalizesTheLastTokensOnceEach) {
  const SamplerSettings settings{
      .temperature = 0, .seed = 1, .repeat_penalty = 2, .repeat_last = 3};
  TestSampler sampler(settings);
  EXPECT_EQ(sampler.sample({5, 3, 1}, {}), 0);
  EXPECT_EQ(sampler.sample({5, 3, 1}, {0}), 1) << "5 became 2.5";
  EXPECT_EQ(sampler.sample({5, 2, 1}, {0, 0, 0}), 0) << "2.5, not 0.625";
  EXPECT_EQ(sampler.sample({5, 3, 1}, {0, 2, 2, 2}), 0) << "too long ago";
  EXPECT_EQ(sampler.sample({-1, -1.5f, -3}, {0}), 1) << "-1 became -2";
  EXPECT_EQ(sampler.sample({5, 3, 1}, {-1, 3, 1 << 30}), 0) << "tokens that are none";
  TestSampler off({.temperature = 0, .seed = 1, .repeat_penalty = 2, .repeat_last = 0});
  EXPECT_EQ(off.sample({5, 3, 1}, {0}), 0);
}

}  // namespace
}  // namespace llama
