// The next token out of the logits: the likeliest, or drawn by chance. Arithmetic, order and random
// numbers are llama2.c's, so that its seeds tell its stories.
#pragma once

#include <cstdint>
#include <span>

#include "base/status.h"

namespace llama {

// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016).
class RandomGenerator {
 public:
  // `seed` is not 0 (CHECKed): 0 is the state that never changes.
  explicit RandomGenerator(uint64_t seed);

  uint32_t next_u32();
  // In [0, 1), a multiple of 2^-24.
  float next_unit();

 private:
  uint64_t state_;
};

struct SamplerSettings {
  // Logits are divided by it. 0 always takes the likeliest token, and draws no random number.
  float temperature = 1.0f;
  // Only the likeliest tokens, as many as it takes to exceed this probability together, are drawn
  // from (Holtzman et al. 2020). 0 or less, and 1 or more: from all of them.
  float top_p = 0.9f;
  uint64_t seed = 0;  // must be set; 0 is refused
};

class Sampler {
 public:
  struct Candidate {
    float probability;
    int32_t token;
  };

  // `candidates` is scratch for one entry a token of the vocabulary; it outlives the sampler. It
  // may be empty if no token is drawn by top-p (see uses_candidates). kInvalidArgument: a seed of
  // 0; a temperature that is negative or not finite; a top_p that is not a number.
  static base::Result<Sampler> make(const SamplerSettings& settings,
                                    std::span<Candidate> candidates);

  // Whether settings need the scratch.
  static bool uses_candidates(const SamplerSettings& settings) {
    return settings.temperature != 0 && settings.top_p > 0 && settings.top_p < 1;
  }

  // The next token: an index of `logits`, which has at least one (CHECKed) and at most as many
  // entries as the scratch, if that is used (CHECKed). Unless the temperature is 0, `logits` are
  // overwritten with their probabilities.
  //
  // Always ends, with an index in range: where logits make no distribution (a NaN, an infinity, or
  // all -infinity), the answer is the largest logit that is a number, or 0 without one.
  int32_t sample(std::span<float> logits);

 private:
  Sampler(const SamplerSettings& settings, std::span<Candidate> candidates)
      : settings_(settings), candidates_(candidates), random_(settings.seed) {}

  int32_t sample_all(std::span<const float> probabilities);
  int32_t sample_top_p(std::span<const float> probabilities);

  SamplerSettings settings_;
  std::span<Candidate> candidates_;
  RandomGenerator random_;
};

// The index of the largest value, the first of equals. NaNs are passed over; 0 if there is nothing
// else. `values` is not empty (CHECKed).
int32_t argmax(std::span<const float> values);

}  // namespace llama
