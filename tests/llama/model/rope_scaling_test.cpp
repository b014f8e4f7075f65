// Each kind of RoPE scaling against its formula, computed in doubles as transformers and llama.cpp
// write it.
#include "llama/model/rope_scaling.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/arena.h"
#include "llama/rope.h"
#include "tests/fakes/random_model.h"

namespace llama {
namespace {

ModelConfig plain(uint32_t head_size, float base) {
  ModelConfig config = tests::small_config();
  config.head_size = head_size;
  config.rope_base = base;
  return config;
}

double frequency(const ModelConfig& config, uint32_t pair) {
  return std::pow(static_cast<double>(config.rope_base), -2.0 * pair / config.head_size);
}

double yarn_frequency(const ModelConfig& config, uint32_t pair) {
  const double d = config.head_size;
  const auto dim = [&](double turns) {
    return d * std::log(config.rope_original_context / (2 * std::numbers::pi * turns)) /
           (2 * std::log(static_cast<double>(config.rope_base)));
  };
  const double low = std::max(std::floor(dim(config.rope_high_freq_factor)), 0.0);
  double high = std::min(std::ceil(dim(config.rope_low_freq_factor)), d - 1);
  if (low == high) high += 0.001;
  const double ramp = std::clamp((pair - low) / (high - low), 0.0, 1.0);
  return frequency(config, pair) * (ramp / config.rope_factor + 1 - ramp);
}

void expect_frequencies(const ModelConfig& config,
                        double (*expected)(const ModelConfig&, uint32_t)) {
  ASSERT_TRUE(check_rope_scaling(config).ok());
  for (uint32_t pair = 0; pair < config.head_size / 2; ++pair) {
    const float scaled =
        scaled_frequency(config, pair, static_cast<float>(frequency(config, pair)));
    EXPECT_NEAR(static_cast<double>(scaled) / expected(config, pair), 1, 2e-6) << pair;
  }
}

TEST(RopeScaling, LinearDividesAllFrequencies) {
  ModelConfig config = plain(64, 10000);
  config.rope_scaling = RopeScaling::kLinear;
  config.rope_factor = 4;
  expect_frequencies(config,
                     [](const ModelConfig& of, uint32_t pair) { return frequency(of, pair) / 4; });
}

// Qwen2.5's, Llama 2's of 64 Ki, one whose every pair is blended, and two of small models.
TEST(RopeScaling, YarnBlendsBetweenWholePairs) {
  struct Values {
    uint32_t head_size, original;
    float base, factor, slow, fast;
  };
  for (const Values& values :
       {Values{128, 32768, 1e6f, 4, 1, 32}, Values{128, 4096, 1e4f, 16, 1, 32},
        Values{64, 2048, 5e5f, 2.5f, 0.5f, 300}, Values{32, 32, 1e4f, 4, 1, 32},
        Values{8, 16, 1e6f, 8, 1, 32}}) {
    ModelConfig config = plain(values.head_size, values.base);
    scale_as_yarn(config, values.factor, values.slow, values.fast, values.original, 1.2f);
    expect_frequencies(config, yarn_frequency);
  }
}

TEST(RopeScaling, YarnMultipliesCosinesAndSines) {
  ModelConfig config = plain(8, 10000);
  tests::AlignedMemory memory(4096);
  base::Arena arena(memory.span());
  const auto without = Rope::create(config, arena);
  scale_as_yarn(config, 4, 1, 32, 64, 1.25f);
  const auto with = Rope::create(config, arena);
  ASSERT_TRUE(without.ok() && with.ok());
  std::vector<float> one(8), other(8);
  without->turns_at(3, one);
  with->turns_at(3, other);
  // The fastest pair keeps its frequency.
  EXPECT_EQ(other[0], one[0] * 1.25f);
  EXPECT_EQ(other[1], one[1] * 1.25f);
  EXPECT_NE(other[6], one[6] * 1.25f);
}

TEST(RopeScaling, ValuesThatMakeNoSenseAreRefused) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const auto is_good = [](const ModelConfig& config) { return check_rope_scaling(config).ok(); };
  ModelConfig linear = plain(64, 10000);
  linear.rope_scaling = RopeScaling::kLinear;
  for (const float factor : {0.0f, -1.0f, nan, infinity}) {
    linear.rope_factor = factor;
    EXPECT_FALSE(is_good(linear)) << factor;
  }
  const auto yarn = [&](float factor, float slow, float fast, uint32_t original, float turns) {
    ModelConfig config = plain(64, 10000);
    scale_as_yarn(config, factor, slow, fast, original, turns);
    return is_good(config);
  };
  EXPECT_TRUE(yarn(4, 1, 32, 2048, 1));
  EXPECT_FALSE(yarn(0.5f, 1, 32, 2048, 1));
  EXPECT_FALSE(yarn(nan, 1, 32, 2048, 1));
  EXPECT_FALSE(yarn(4, 0, 32, 2048, 1));
  EXPECT_FALSE(yarn(4, 32, 1, 2048, 1));
  EXPECT_FALSE(yarn(4, 1, 32, 0, 1));
  EXPECT_FALSE(yarn(4, 1, 32, 6, 1));  // not one turn of the fastest pair
  EXPECT_FALSE(yarn(4, 1, 32, 2048, -1));
  EXPECT_FALSE(yarn(4, 1, 32, 2048, nan));
  ModelConfig other = plain(64, 10000);
  other.rope_scaling = static_cast<RopeScaling>(4);
  EXPECT_EQ(check_rope_scaling(other).code(), base::ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace llama
