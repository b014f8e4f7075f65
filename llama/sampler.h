// The next token out of the logits: the likeliest, or drawn by chance. Arithmetic, order and random
// numbers are llama2.c's, so that its seeds give its stories.
#pragma once

#include <cstdint>
#include <span>

#include "base/status.h"
#include "llama/kernels/largest.h"

namespace llama {

// xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016). Of
// all states 0 alone stays as it is, and every number drawn from it would be 0. No other state
// leads there, since each step can be undone.
class RandomGenerator {
 public:
  // `seed` is not 0 (CHECKed).
  explicit RandomGenerator(uint64_t seed);

  uint32_t next_u32();
  // In [0, 1), a multiple of 2^-24.
  float next_unit();

 private:
  uint64_t state_;
};

// How a token is chosen, step by step; each works on what the one before it left:
//
//   1. repeat_penalty: the logit of each token that is among the last repeat_last ones is divided
//      by it if positive, multiplied otherwise; once, however often the token was there (Keskar et
//      al. 2019).
//   2. temperature, and the logits become probabilities.
//   3. top_k: the k likeliest tokens stay; of equals, those with the lower number.
//   4. top_p: of these, likeliest first, as many stay as it takes to exceed this share of what they
//      have together (Holtzman et al. 2020).
//   5. min_p: what is less likely than this share of the likeliest goes (Nguyen et al. 2024).
//   6. A coin chooses among the rest, each as often as it is likely.
//
// As they are by default, 1, 3 and 5 change no bit, and draw no random number.
struct SamplerSettings {
  // Logits are divided by it. 0 always takes the likeliest token, and draws no random number.
  float temperature = 1.0f;
  // 0 or less, and 1 or more: off.
  float top_p = 0.9f;
  uint64_t seed = 0;          // must be set; 0 is refused
  uint32_t top_k = 0;         // 0: off
  float min_p = 0;            // 0: off
  float repeat_penalty = 1;   // 1: off; below 1 it asks for repetitions
  uint32_t repeat_last = 64;  // tokens to look back at, the prompt's among them; 0: off

  bool has_top_p() const { return top_p > 0 && top_p < 1; }
  bool has_repeat_penalty() const { return repeat_penalty != 1 && repeat_last > 0; }
};

class Sampler {
 public:
  struct Candidate {
    float probability;
    int32_t token;
  };

  // For a vocabulary's size; both outlive the sampler. Either may be empty if the settings do not
  // need it (uses_candidates(), has_repeat_penalty()).
  struct Scratch {
    std::span<Candidate> candidates;  // one per token
    std::span<uint32_t> seen;         // a bit per token, all 0
  };
  static constexpr size_t seen_words(size_t vocabulary) { return (vocabulary + 31) / 32; }

  // kInvalidArgument: a seed of 0; a temperature that is negative or not finite; a top_p that is
  // not a number; a min_p outside of 0 to 1; a repeat_penalty that is not above 0, or not finite.
  static base::Result<Sampler> make(const SamplerSettings& settings, const Scratch& scratch);

  // Whether settings need candidates.
  static bool uses_candidates(const SamplerSettings& settings) {
    return settings.temperature != 0 &&
           (settings.has_top_p() || settings.top_k > 0 || settings.min_p > 0);
  }

  // The next token: an index of `logits`, which has at least one (CHECKed) and at most as many
  // entries as the scratch, if that is used (CHECKed). `before` are the tokens so far, the latest
  // last; those that are not an index into `logits` do not count. Unless the temperature is 0 and
  // there is no repeat_penalty, `logits` are overwritten.
  //
  // Always ends, with an index in range: where logits make no distribution (a NaN, an infinity, or
  // all -infinity), the answer is the largest logit that is a number, or 0 without one.
  // `largest`, if it is known, is what the caller knows of the logits: it saves looking for it.
  int32_t sample(std::span<float> logits, std::span<const int32_t> before,
                 const Largest& largest = {});

 private:
  Sampler(const SamplerSettings& settings, const Scratch& scratch)
      : settings_(settings), scratch_(scratch), random_(settings.seed) {}

  void penalize(std::span<float> logits, std::span<const int32_t> before);
  int32_t sample_all(std::span<const float> probabilities);
  int32_t sample_likeliest(std::span<const float> probabilities);
  std::span<Candidate> gather(std::span<const float> probabilities, float least);

  SamplerSettings settings_;
  Scratch scratch_;
  RandomGenerator random_;
};

// The index of the largest value, the first of equals. NaNs are passed over; 0 if there is nothing
// else. `values` is not empty (CHECKed).
int32_t argmax(std::span<const float> values);

}  // namespace llama
