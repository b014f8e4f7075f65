// What some models have beside Llama's tensors, against a forward pass written down in doubles, as
// the models' authors have it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "host-tools/support/failure.h"
#include "tests/llama/test_machine.h"

namespace llama {
namespace {

using enum TensorRole;
using Doubles = std::vector<double>;

constexpr TensorRole kEverything[] = {kWqBias,  kWkBias, kWvBias, kWoBias, kQueryNorm,
                                      kKeyNorm, kW1Bias, kW3Bias, kW2Bias};

class Reference {
 public:
  explicit Reference(host::WeightReader& weights) : weights_(weights), config_(weights.config()) {}

  // Of all tokens.
  Doubles logits(std::span<const int32_t> tokens) {
    Doubles all;
    for (uint32_t position = 0; position < tokens.size(); ++position) {
      const auto embedding = tensor(kEmbedding, 0);
      const auto begin = embedding.begin() + tokens[position] * static_cast<ptrdiff_t>(config_.dim);
      Doubles x(begin, begin + config_.dim);
      for (uint32_t layer = 0; layer < config_.n_layers; ++layer) run(layer, position, x);
      const Doubles made = times(kClassifier, 0, normed(x, tensor(kFinalNorm, 0)));
      all.insert(all.end(), made.begin(), made.end());
    }
    return all;
  }

 private:
  Doubles tensor(TensorRole role, uint32_t layer) {
    const TensorShape shape = shape_of(role, config_);
    std::vector<float> values(size_t{shape.rows} * shape.columns);
    weights_.read_rows({role, layer}, 0, values);
    return {values.begin(), values.end()};
  }
  Doubles normed(const Doubles& x, const Doubles& weight) const {
    double squares = 0;
    for (const double value : x) squares += value * value;
    const double scale = 1 / std::sqrt(squares / static_cast<double>(x.size()) +
                                       static_cast<double>(config_.norm_eps));
    Doubles out(x.size());
    for (size_t i = 0; i < x.size(); ++i) out[i] = x[i] * scale * weight[i];
    return out;
  }
  Doubles times(TensorRole role, uint32_t layer, const Doubles& x) {
    const Doubles matrix = tensor(role, layer);
    Doubles out(matrix.size() / x.size());
    for (size_t i = 0; i < matrix.size(); ++i) out[i / x.size()] += matrix[i] * x[i % x.size()];
    const auto bias = row_of(role).bias;
    if (!bias || !weights_.has({*bias, layer})) return out;
    const Doubles more = tensor(*bias, layer);
    for (size_t i = 0; i < out.size(); ++i) out[i] += more[i];
    return out;
  }
  // Heads normed and turned.
  void finish_heads(Doubles& heads, TensorRole norm, uint32_t layer, uint32_t position) {
    const uint32_t size = config_.head_size;
    for (size_t at = 0; at < heads.size(); at += size) {
      Doubles head(heads.begin() + static_cast<ptrdiff_t>(at),
                   heads.begin() + static_cast<ptrdiff_t>(at + size));
      if (weights_.has({norm, layer})) head = normed(head, tensor(norm, layer));
      for (uint32_t i = 0; i < size; i += 2) {
        const double angle = position * std::pow(static_cast<double>(config_.rope_base),
                                                 -static_cast<double>(i) / size);
        heads[at + i] = head[i] * std::cos(angle) - head[i + 1] * std::sin(angle);
        heads[at + i + 1] = head[i] * std::sin(angle) + head[i + 1] * std::cos(angle);
      }
    }
  }
  Doubles attention(uint32_t layer, const Doubles& q, uint32_t position) {
    const uint32_t size = config_.head_size;
    Doubles out(q.size());
    for (uint32_t head = 0; head < config_.n_heads; ++head) {
      const uint32_t kv = head / (config_.n_heads / config_.n_kv_heads) * size;
      Doubles shares(position + 1);
      double sum = 0;
      for (uint32_t at = 0; at <= position; ++at) {
        double score = 0;
        for (uint32_t i = 0; i < size; ++i)
          score += q[head * size + i] * keys_[{layer, at}][kv + i];
        shares[at] = std::exp(score / std::sqrt(size));
        sum += shares[at];
      }
      for (uint32_t at = 0; at <= position; ++at) {
        for (uint32_t i = 0; i < size; ++i) {
          out[head * size + i] += shares[at] / sum * values_[{layer, at}][kv + i];
        }
      }
    }
    return out;
  }
  void run(uint32_t layer, uint32_t position, Doubles& x) {
    const Doubles xb = normed(x, tensor(kAttentionNorm, layer));
    Doubles q = times(kWq, layer, xb);
    Doubles k = times(kWk, layer, xb);
    finish_heads(q, kQueryNorm, layer, position);
    finish_heads(k, kKeyNorm, layer, position);
    keys_[{layer, position}] = k;
    values_[{layer, position}] = times(kWv, layer, xb);
    add(x, times(kWo, layer, attention(layer, q, position)));
    const Doubles hb = normed(x, tensor(kFeedForwardNorm, layer));
    Doubles gate = times(kW1, layer, hb);
    const Doubles up = times(kW3, layer, hb);
    for (size_t i = 0; i < gate.size(); ++i) gate[i] *= up[i] / (1 + std::exp(-gate[i]));
    add(x, times(kW2, layer, gate));
  }
  static void add(Doubles& x, const Doubles& y) {
    for (size_t i = 0; i < x.size(); ++i) x[i] += y[i];
  }

  host::WeightReader& weights_;
  const ModelConfig config_;
  std::map<std::pair<uint32_t, uint32_t>, Doubles> keys_, values_;
};

class Extras : public testing::TestWithParam<std::vector<TensorRole>> {};

TEST_P(Extras, ComputeWhatTheFormulaSays) {
  const ModelConfig config = tests::small_config();
  tests::RandomWeights weights(config, 1, tests::Pruned::kNo, GetParam());
  const auto bytes =
      tests::make_model(config, WeightType::kF32, 4096, 1, tests::Pruned::kNo, GetParam());
  const auto logits = logits_of(bytes, UINT64_MAX, 1 << 20, 4);
  const Doubles expected = Reference(weights).logits(kTokens);
  ASSERT_EQ(logits.size(), expected.size());
  double farthest = 0, largest = 0;
  for (size_t i = 0; i < logits.size(); ++i) {
    farthest = std::max(farthest, std::abs(static_cast<double>(logits[i]) - expected[i]));
    largest = std::max(largest, std::abs(expected[i]));
  }
  EXPECT_LT(farthest, 2e-5 * largest);
}

TEST_P(Extras, GiveTheSameBitsPinnedStreamedAndInBatches) {
  const ModelConfig config = tests::small_config();
  for (const WeightType type : {WeightType::kF32, WeightType::kQ8_0, WeightType::kQ4_0}) {
    const auto bytes = tests::make_model(config, type, 4096, 1, tests::Pruned::kNo, GetParam());
    const auto whole = logits_of(bytes, UINT64_MAX, 1 << 20, 1);
    EXPECT_TRUE(same_bits(logits_of(bytes, 0, 8192, 4), whole)) << name_of(type);
    EXPECT_TRUE(same_bits(logits_of(bytes, 20000, 8192, 3), whole)) << name_of(type);
  }
}

INSTANTIATE_TEST_SUITE_P(
    , Extras,
    testing::Values(std::vector<TensorRole>{}, std::vector<TensorRole>{kWqBias, kWkBias, kWvBias},
                    std::vector<TensorRole>{kQueryNorm, kKeyNorm},
                    std::vector<TensorRole>(std::begin(kEverything), std::end(kEverything))));

// A model that looks back at a window only is run up to where that makes a difference.
TEST(Window, LimitsTheContext) {
  ModelConfig config = tests::small_config();
  config.window = 40;
  const uint64_t room = 1 << 20;
  const auto decided = Transformer::decide_context(config, 0, KvType::kF32, room);
  ASSERT_TRUE(decided.ok());
  EXPECT_EQ(*decided, 40u);
  EXPECT_TRUE(Transformer::decide_context(config, 40, KvType::kF32, room).ok());
  const auto refused = Transformer::decide_context(config, 41, KvType::kF32, room).status();
  EXPECT_EQ(refused.code(), base::ErrorCode::kOutOfRange);
  EXPECT_THAT(host::text(refused), testing::HasSubstr("look back at 40 only (a sliding window)"));
  config.window = 0;
  EXPECT_TRUE(Transformer::decide_context(config, 64, KvType::kF32, room).ok());
}

}  // namespace
}  // namespace llama
