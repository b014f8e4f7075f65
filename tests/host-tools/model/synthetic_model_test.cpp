#include "host-tools/model/synthetic_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "host-tools/model/host_model.h"
#include "host-tools/model/model_writer.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "llama/kernels/fp_mode.h"

namespace host {
namespace {

using llama::TensorRole;
using llama::WeightType;

const Shape& shape_called(std::string_view name) {
  for (const Shape& shape : known_shapes()) {
    if (shape.name == name) return shape;
  }
  throw std::invalid_argument("no such shape");
}

TEST(SyntheticWeights, AreTheSameInWhateverPiecesTheyAreRead) {
  const auto config = shape_called("stories15m").config;
  SyntheticWeights weights(config, WeightType::kQ4_0, WeightType::kQ4_0, 7);
  const uint32_t groups = config.dim / 32;
  std::vector<WeightGroup> together(8 * groups), alone(groups);
  weights.read_groups({TensorRole::kWq, 3}, 100, together);
  for (uint32_t row = 0; row < 8; ++row) {
    weights.read_groups({TensorRole::kWq, 3}, 100 + row, alone);
    for (uint32_t g = 0; g < groups; ++g) {
      EXPECT_EQ(alone[g].weights, together[row * groups + g].weights);
      EXPECT_EQ(alone[g].half_scale, together[row * groups + g].half_scale);
    }
  }
  std::vector<WeightGroup> other(groups);
  SyntheticWeights(config, WeightType::kQ4_0, WeightType::kQ4_0, 8)
      .read_groups({TensorRole::kWq, 3}, 107, other);
  EXPECT_NE(other[0].weights, alone[0].weights);
}

// Sees the logits of all positions.
class Spread final : public llama::LogitsObserver {
 public:
  void observe(uint32_t, std::span<const float> logits) override {
    double sum = 0, squares = 0;
    for (const float logit : logits) {
      sum += logit;
      squares += static_cast<double>(logit) * logit;
    }
    const double count = static_cast<double>(logits.size());
    deviations.push_back(std::sqrt(squares / count - sum / count * sum / count));
  }
  std::vector<double> deviations;
};

// Deep and wide enough for what grows or dies out to show.
TEST(SyntheticWeights, KeepActivationsSaneThroughAllLayers) {
  llama::enter_flush_to_zero();
  for (const WeightType type : {WeightType::kF32, WeightType::kQ8_0, WeightType::kQ4_0}) {
    llama::ModelConfig config = shape_called("stories260k").config;
    config.n_layers = 24;
    SyntheticWeights weights(config, type, type, 1);
    const TemporaryFolder folder;
    const auto path = folder.path() / "deep.blm";
    const auto tokenizer = require_value(
        build_tokenizer_segment(synthetic_vocabulary(config.vocab_size)), "tokenizer");
    write_model(weights, tokenizer, {.type = type, .vocabulary_type = type, .name = "deep"}, path);
    HostModelOptions options;
    options.all_logits = true;
    HostModel host(path, options);
    Spread spread;
    char text[4096];
    base::TextBuffer out(text);
    llama::Generator::Request request;
    request.prompt = "abc";
    request.steps = 24;
    request.sampling.temperature = 0;
    request.sampling.seed = 1;
    request.observer = &spread;
    const auto made = host.model().generate(request, out);
    ASSERT_TRUE(made.ok()) << made.status().text();
    ASSERT_GE(spread.deviations.size(), 4u);
    for (const double deviation : spread.deviations) {
      EXPECT_GT(deviation, 1) << llama::name_of(type);
      EXPECT_LT(deviation, 10) << llama::name_of(type);
    }
  }
}

TEST(SyntheticVocabulary, HasDistinctPiecesAndAllBytes) {
  for (const uint32_t size : {kSmallestVocabulary, 512u, 128'256u}) {
    const VocabularySource source = synthetic_vocabulary(size);
    ASSERT_EQ(source.tokens.size(), size);
    std::set<std::string> pieces;
    uint32_t bytes = 0;
    for (const TokenEntry& token : source.tokens) {
      if (token.type == llama::TokenType::kNormal) {
        EXPECT_TRUE(pieces.insert(token.bytes).second) << token.bytes;
      }
      bytes += token.type == llama::TokenType::kByte ? 1 : 0;
    }
    EXPECT_EQ(bytes, 256u);
    EXPECT_TRUE(build_tokenizer_segment(source).ok());
  }
}

}  // namespace
}  // namespace host
