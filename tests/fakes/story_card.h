// Small models that tell something, with a tokenizer; cards with files; and the story that a model
// tells without a kernel around it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "llama/kernels/attention.h"
#include "llama/kernels/packed_rows.h"
#include "llama/perplexity.h"
#include "llama/sampler.h"
#include "tests/fakes/random_model.h"

namespace fakes {

using Bytes = std::vector<std::byte>;

Bytes to_bytes(std::string_view text);

// The tokenizer segment of a vocabulary of `size` tokens: unknown, BOS, EOS, 256 byte tokens, then
// pieces such as " a", "b", "ab".
Bytes make_tokenizer(uint32_t size);

// A .blm file of tests::small_config() with random weights: the same for the same arguments.
Bytes make_story_model(llama::WeightType type, uint32_t tile_bytes = 2048, uint64_t seed = 1);
// Of another configuration, with tensors that Llama does without.
Bytes make_story_model(const llama::ModelConfig& config, std::span<const llama::TensorRole> extras,
                       llama::WeightType type);

using Files = std::vector<std::pair<std::string, Bytes>>;
// The image of a FAT16 card of 12 MiB with a partition table and these files. Folders in paths must
// be named before, as a path that ends with '/'. Test failures when mkfs.fat or mtools fail.
Bytes make_card(const Files& files);

struct Story {
  std::string text;
  uint64_t hash;
  uint32_t tokens;
};
// What llama::Model tells with everything in memory. Test failures on errors.
Story tell_directly(const Bytes& model, std::string_view prompt, uint32_t steps,
                    const llama::SamplerSettings& sampling, llama::KvType kv = llama::KvType::kF32);

// The perplexity of a text by that model, computed in batches.
llama::Perplexity predict_directly(const Bytes& model, std::string_view text);

}  // namespace fakes
