#include "llama/kernels/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "llama/kernels/attention_reference.h"
#include "llama/kernels/fp_mode.h"

namespace llama {
namespace {

// Keys and values of some positions of one head, as given and as kept.
struct Kept {
  Kept(KvType type, uint32_t positions, uint32_t head_size, uint32_t seed)
      : keys(keys_bytes(type, positions, head_size)),
        values(values_bytes(type, positions, head_size)) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, 1);
    for (uint32_t t = 0; t < positions; ++t) {
      std::vector<float> key(head_size), value(head_size);
      for (float& x : key) x = normal(random);
      for (float& x : value) x = normal(random);
      store_key(type, keys, t, key);
      store_value(type, values, t, value);
      given_keys.push_back(key);
      given_values.push_back(value);
    }
  }

  std::vector<std::byte> keys;
  std::vector<std::byte> values;
  std::vector<std::vector<float>> given_keys;
  std::vector<std::vector<float>> given_values;
};

class Attention : public testing::TestWithParam<KvType> {
 protected:
  Attention() { enter_flush_to_zero(); }

  // Of a product of 48 values around 1, by the precision of what is kept.
  float tolerance() const {
    switch (GetParam()) {
      case KvType::kF32:
        return 1e-5f;
      case KvType::kF16:
        return 3e-3f;
      case KvType::kQ8_0:
        return 0.05f;
    }
    return 0;
  }
};

TEST_P(Attention, ScoresQueriesByTheirKeys) {
  for (const uint32_t head_size : {2u, 8u, 48u, 64u}) {
    const uint32_t positions = 11, heads = 3;
    const Kept kept(GetParam(), positions, head_size, 5);
    std::mt19937 random(6);
    std::normal_distribution<float> normal(0, 1);
    std::vector<float> queries(heads * head_size);
    for (float& x : queries) x = normal(random);
    const std::vector<float> given = queries;
    std::vector<std::byte> prepared(prepared_bytes(heads, head_size));
    const size_t stride = 12;
    std::vector<float> scores(heads * stride);
    attention_scores(GetParam(), queries, heads, prepared, kept.keys, positions, scores.data(),
                     stride);
    for (uint32_t h = 0; h < heads; ++h) {
      for (uint32_t t = 0; t < positions; ++t) {
        double expected = 0;
        for (uint32_t i = 0; i < head_size; ++i) {
          expected += static_cast<double>(given[h * head_size + i]) * kept.given_keys[t][i];
        }
        EXPECT_NEAR(scores[h * stride + t], expected / std::sqrt(head_size), tolerance())
            << head_size << " " << h << " " << t;
      }
    }
  }
}

TEST_P(Attention, MixesValuesByTheirWeights) {
  for (const uint32_t head_size : {2u, 8u, 48u, 64u}) {
    // More positions than are mixed at once.
    const uint32_t positions = 700, heads = 2;
    const Kept kept(GetParam(), positions, head_size, 7);
    std::mt19937 random(8);
    std::vector<float> weights(heads * positions);
    for (float& x : weights) x = static_cast<float>(random() % 1000) / 350'000.0f;
    const std::vector<float> given = weights;
    std::vector<float> out(heads * head_size, 99);
    std::vector<std::byte> prepared(prepared_bytes(heads, positions));
    attention_mix(GetParam(), out, heads, weights.data(), positions, prepared, kept.values,
                  positions);
    for (uint32_t h = 0; h < heads; ++h) {
      for (uint32_t i = 0; i < head_size; ++i) {
        double expected = 0;
        for (uint32_t t = 0; t < positions; ++t) {
          expected += static_cast<double>(given[h * positions + t]) * kept.given_values[t][i];
        }
        EXPECT_NEAR(out[h * head_size + i], expected, tolerance()) << head_size << " " << h;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, Attention,
                         testing::Values(KvType::kF32, KvType::kF16, KvType::kQ8_0),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

TEST_P(Attention, GivesTheBitsOfTheDefinition) {
  for (const uint32_t head_size : {2u, 10u, 64u}) {
    for (const uint32_t positions : {1u, 4u, 33u, 150u}) {
      const uint32_t heads = 3;
      const Kept kept(GetParam(), positions, head_size, 5);
      std::mt19937 random(6);
      std::normal_distribution<float> normal(0, 1);
      const size_t stride = base::round_up(positions, kKeysPerGroup);
      std::vector<float> queries(heads * head_size), weights(heads * stride);
      for (float& x : queries) x = normal(random);
      for (float& x : weights) x = normal(random);
      std::vector<float> queries_again = queries, weights_again = weights;
      std::vector<std::byte> prepared(prepared_bytes(heads, std::max(head_size, positions)));
      std::vector<float> scores(heads * stride), defined(heads * stride);
      attention_scores(GetParam(), queries, heads, prepared, kept.keys, positions, scores.data(),
                       stride);
      reference::attention_scores(GetParam(), queries_again, heads, prepared, kept.keys, positions,
                                  defined.data(), stride);
      for (uint32_t h = 0; h < heads; ++h) {
        for (uint32_t t = 0; t < positions; ++t) {
          EXPECT_EQ(scores[h * stride + t], defined[h * stride + t]) << head_size << ' ' << t;
        }
      }
      std::vector<float> out(heads * head_size), defined_out(out);
      attention_mix(GetParam(), out, heads, weights.data(), stride, prepared, kept.values,
                    positions);
      reference::attention_mix(GetParam(), defined_out, heads, weights_again.data(), stride,
                               prepared, kept.values, positions);
      EXPECT_EQ(out, defined_out) << head_size << ' ' << positions;
    }
  }
}

// Damage must neither crash nor vanish, whatever is kept.
TEST_P(Attention, KeepsWhatIsNoNumberWithoutHarm) {
  Kept kept(GetParam(), 4, 32, 9);
  std::vector<float> bad(32, std::numeric_limits<float>::quiet_NaN());
  bad[1] = std::numeric_limits<float>::infinity();
  bad[2] = -1e38f;
  store_key(GetParam(), kept.keys, 2, bad);
  store_value(GetParam(), kept.values, 2, bad);
  std::vector<float> weights(4, 0.25f), out(32);
  std::vector<std::byte> prepared(prepared_bytes(1, 4));
  attention_mix(GetParam(), out, 1, weights.data(), 4, prepared, kept.values, 4);
  EXPECT_FALSE(std::isfinite(out[0]) && std::isfinite(out[1]) && std::abs(out[2]) < 1000);
}

TEST(HalfKeys, LoseTheSmallestAndBoundTheLargest) {
  enter_flush_to_zero();
  std::vector<std::byte> values(values_bytes(KvType::kF16, 1, 4));
  store_value(KvType::kF16, values, 0, std::vector<float>{1e-5f, 1e9f, -0.75f, 6.2e-5f});
  std::vector<float> weights = {1}, out(4);
  attention_mix(KvType::kF16, out, 1, weights.data(), 1, {}, values, 1);
  EXPECT_EQ(out[0], 0.0f);
  EXPECT_EQ(out[1], 65504.0f);
  EXPECT_EQ(out[2], -0.75f);
  EXPECT_NEAR(out[3], 6.2e-5f, 3e-8f);
}

}  // namespace
}  // namespace llama
