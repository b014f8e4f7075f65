#include "tests/bench/model_work.h"

#include <gtest/gtest.h>

namespace bench {
namespace {

// Two layers; four query heads of 8 on two of keys and values; 32 wide.
constexpr llama::ModelConfig kConfig = [] {
  llama::ModelConfig config{};
  config.dim = 32;
  config.hidden_dim = 64;
  config.n_layers = 2;
  config.n_heads = 4;
  config.n_kv_heads = 2;
  config.head_size = 8;
  config.vocab_size = 100;
  return config;
}();

TEST(ModelWork, CountsEachMatrixOnce) {
  // wq and wo 32 * 32, wk and wv 16 * 32, w1, w2 and w3 64 * 32; the classifier 100 * 32.
  const uint64_t layer = 2 * 1024 + 2 * 512 + 3 * 2048;
  EXPECT_EQ(matrix_macs(kConfig), 2 * layer + 3200);
  EXPECT_EQ(classifier_macs(kConfig), 3200u);
}

TEST(ModelWork, CountsTheClassifierWhetherTiedOrNot) {
  llama::ModelConfig tied = kConfig;
  tied.tied_classifier = true;
  EXPECT_EQ(matrix_macs(tied), matrix_macs(kConfig));
}

TEST(ModelWork, CountsAttentionOverAllPositionsSoFar) {
  // The first token sees itself: 2 layers, 4 heads of 8, scores and mix.
  EXPECT_EQ(attention_macs(kConfig, 0), 2u * 4 * 8 * 2);
  EXPECT_EQ(attention_macs(kConfig, 99), 100u * attention_macs(kConfig, 0));
}

TEST(ModelWork, ReadsTheDefaultModel) {
  const ModelFacts facts = read_facts(BENCH_DEFAULT_MODEL);
  EXPECT_EQ(facts.weight_type, "q8_0");
  // All numbers of the model are matrices that a token goes through (models/MODEL.md).
  EXPECT_EQ(matrix_macs(facts.config), 1'052'672u);
}

}  // namespace
}  // namespace bench
