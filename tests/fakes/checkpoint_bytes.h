// llama2.c's files, made from random weights: checkpoints of each version, and a tokenizer.bin.
#pragma once

#include <cstdint>
#include <string>

#include "llama/model/config.h"

namespace fakes {

// A configuration that every version can hold: int8 groups of kGroupSize divide each tensor.
constexpr uint32_t kGroupSize = 4;
llama::ModelConfig checkpoint_config(bool tied_classifier);

// Versions 0 and 1 hold the same floats; version 2 the nearest int8 in groups of kGroupSize.
std::string make_checkpoint(const llama::ModelConfig& config, uint32_t version, uint64_t seed = 1);

// A tokenizer.bin of `size` tokens (259 or more): the byte tokens, then pieces.
std::string make_tokenizer_bin(uint32_t size);

}  // namespace fakes
