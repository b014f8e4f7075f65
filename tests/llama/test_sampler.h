// A sampler with a scratch of its own, and what tests count of its draws.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <vector>

#include "llama/sampler.h"

namespace llama {

inline constexpr float kInf = std::numeric_limits<float>::infinity();
inline constexpr float kNotANumber = std::numeric_limits<float>::quiet_NaN();

// A sampler with its scratch.
class TestSampler {
 public:
  explicit TestSampler(const SamplerSettings& settings)
      : sampler_(Sampler::make(settings, {candidates_, seen_}).value()) {}
  TestSampler(const TestSampler&) = delete;

  int32_t sample(std::vector<float> logits, const std::vector<int32_t>& before = {}) {
    return sampler_.sample(logits, before);
  }

 private:
  std::array<uint32_t, Sampler::seen_words(2048)> seen_{};
  std::array<Sampler::Candidate, 2048> candidates_;
  Sampler sampler_;
};

inline std::vector<float> logits_of(std::initializer_list<float> probabilities) {
  std::vector<float> logits;
  for (const float p : probabilities) logits.push_back(std::log(p));
  return logits;
}

inline std::vector<int> count_draws(const SamplerSettings& settings,
                                    const std::vector<float>& logits, int draws) {
  TestSampler sampler(settings);
  std::vector<int> counts(logits.size());
  for (int i = 0; i < draws; ++i) {
    const int32_t token = sampler.sample(logits);
    EXPECT_GE(token, 0);
    EXPECT_LT(token, static_cast<int32_t>(logits.size()));
    ++counts[static_cast<size_t>(token)];
  }
  return counts;
}

}  // namespace llama
