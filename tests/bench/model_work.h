// How much a Llama has to multiply for one token: what instructions are divided by.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "llama/model/config.h"

namespace bench {

// Multiply-accumulates of all matrices that a token goes through, the classifier among them: the
// sum of rows * columns. The embedding is looked up, not multiplied.
uint64_t matrix_macs(const llama::ModelConfig& config);

// Those of the classifier alone, which tokens within a prompt do without.
uint64_t classifier_macs(const llama::ModelConfig& config);

// Multiply-accumulates of the attention of the token at `position` (from 0 on), which sees
// position + 1 keys and values: in each layer, scores and mix take head_size for each of them and
// each of n_heads.
uint64_t attention_macs(const llama::ModelConfig& config, uint32_t position);

// A model file's configuration, and the type of its matrices, "q8_0". Throws host::Failure.
struct ModelFacts {
  llama::ModelConfig config;
  std::string weight_type;
};
// How many tokens the model makes of a prompt, with those it begins with. Throws host::Failure.
uint32_t count_tokens(const std::filesystem::path& model, std::string_view prompt);

ModelFacts read_facts(const std::filesystem::path& model);

}  // namespace bench
