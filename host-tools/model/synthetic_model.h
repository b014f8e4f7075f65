// Models of the shapes that people run, with seeded random weights in place of trained ones: what
// a 7B model asks of board and card can be measured without 7B weights. They talk nonsense.
//
// Weights are scaled so that activations stay as they are in trained models: each matrix keeps a
// root mean square of 1 where it finds one, and what a layer adds to the residual stream is smaller
// by sqrt(2 layers), as initialized in GPT-2 and Llama.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/model/weight_reader.h"

namespace host {

struct Shape {
  std::string_view name;
  llama::ModelConfig config;
  std::span<const llama::TensorRole> extras = {};  // that Llama does without
};
std::span<const Shape> known_shapes();

class SyntheticWeights : public WeightReader {
 public:
  // `groups`: the type whose groups of 32 the matrices are made of; kF32 for single floats. The
  // classifier and the embedding table have groups of `vocabulary_groups`. `extras` outlive it.
  SyntheticWeights(const llama::ModelConfig& config, llama::WeightType groups,
                   llama::WeightType vocabulary_groups, uint64_t seed,
                   std::span<const llama::TensorRole> extras = {})
      : config_(config),
        groups_(groups),
        vocabulary_groups_(vocabulary_groups),
        seed_(seed),
        extras_(extras) {}

  const llama::ModelConfig& config() const override { return config_; }
  std::string description() const override { return "random weights"; }
  bool has(llama::TensorKey tensor) const override;
  void read_rows(llama::TensorKey tensor, uint32_t first_row, std::span<float> out) override;
  std::optional<llama::WeightType> group_type(llama::TensorKey tensor) const override;
  void read_groups(llama::TensorKey tensor, uint32_t first_row,
                   std::span<WeightGroup> out) override;

 private:
  llama::ModelConfig config_;
  llama::WeightType groups_;
  llama::WeightType vocabulary_groups_;
  uint64_t seed_;
  std::span<const llama::TensorRole> extras_;
};

// Tokens for all byte values and, as far as `vocabulary_size` goes, syllables, in the manner of
// Llama 2's tokenizer. At least kSmallestVocabulary.
constexpr uint32_t kSmallestVocabulary = 3 + 256;
VocabularySource synthetic_vocabulary(uint32_t vocabulary_size);

}  // namespace host
