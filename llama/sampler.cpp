#include "llama/sampler.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/check.h"
#include "llama/kernels/math.h"

namespace llama {

using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

bool is_finite(float value) { return value > -kInfinity && value < kInfinity; }

// Which of two candidates is taken later: the less likely, of equals the higher token.
bool comes_later(const Sampler::Candidate& a, const Sampler::Candidate& b) {
  if (a.probability != b.probability) return a.probability < b.probability;
  return a.token > b.token;
}

// Logits to probabilities; false, with the logits as they were, if they make no distribution.
bool make_probabilities(std::span<float> logits, float temperature, int32_t likeliest) {
  const float largest = logits[static_cast<size_t>(likeliest)] / temperature;
  if (!is_finite(largest)) return false;
  for (const float logit : logits) {
    if (!(logit < kInfinity)) return false;  // NaN, or infinity
  }
  float sum = 0;
  for (float& logit : logits) {
    logit = exp(logit / temperature - largest);
    sum += logit;
  }
  for (float& probability : logits) probability /= sum;
  return true;
}

}  // namespace

RandomGenerator::RandomGenerator(uint64_t seed) : state_(seed) { CHECK(seed != 0); }

uint32_t RandomGenerator::next_u32() {
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return static_cast<uint32_t>((state_ * 0x2545f4914f6cdd1du) >> 32);
}

float RandomGenerator::next_unit() { return static_cast<float>(next_u32() >> 8) / 16777216.0f; }

int32_t argmax(std::span<const float> values) {
  CHECK(!values.empty());
  Largest largest;
  constexpr size_t kLineFloats = 8, kAheadLines = 4;
  size_t line = 0;
  for (; line + kLineFloats <= values.size(); line += kLineFloats) {
    __builtin_prefetch(values.data() + line + kAheadLines * kLineFloats);
    for (size_t i = 0; i < kLineFloats; ++i) {
      largest.consider(values[line + i], static_cast<uint32_t>(line + i));
    }
  }
  for (; line < values.size(); ++line) {
    largest.consider(values[line], static_cast<uint32_t>(line));
  }
  if (largest.is_known()) return static_cast<int32_t>(largest.at);
  size_t best = 0;
  for (size_t i = 1; i < values.size(); ++i) {
    // The second half: a NaN in the first place gives way to whatever is a number.
    if (values[i] > values[best] || (values[best] != values[best] && values[i] == values[i])) {
      best = i;
    }
  }
  return values[best] == values[best] ? static_cast<int32_t>(best) : 0;
}

Result<Sampler> Sampler::make(const SamplerSettings& settings, const Scratch& scratch) {
  const auto refuse = [](const char* why) {
    return Status::error(ErrorCode::kInvalidArgument, why);
  };
  if (settings.seed == 0) return refuse("the seed 0 gives no random numbers; take any other");
  if (!(settings.temperature >= 0 && settings.temperature < kInfinity)) {
    return refuse("the temperature must be 0 (always the likeliest token) or more");
  }
  if (settings.top_p != settings.top_p) return refuse("top-p must be a number, such as 0.9");
  if (!(settings.min_p >= 0 && settings.min_p <= 1)) {
    return refuse("min-p must be a number from 0 (off) to 1, such as 0.05");
  }
  if (!(settings.repeat_penalty > 0 && settings.repeat_penalty < kInfinity)) {
    return refuse("the repeat penalty must be a number above 0, such as 1.1; 1 is none");
  }
  return Sampler(settings, scratch);
}

int32_t Sampler::sample(std::span<float> logits, std::span<const int32_t> before,
                        const Largest& largest) {
  CHECK(!logits.empty());
  const bool penalizes = settings_.has_repeat_penalty();
  if (penalizes) penalize(logits, before);
  const int32_t likeliest =
      !penalizes && largest.is_known() ? static_cast<int32_t>(largest.at) : argmax(logits);
  if (settings_.temperature == 0) return likeliest;
  if (!make_probabilities(logits, settings_.temperature, likeliest)) return likeliest;
  return uses_candidates(settings_) ? sample_likeliest(logits) : sample_all(logits);
}

void Sampler::penalize(std::span<float> logits, std::span<const int32_t> before) {
  CHECK(scratch_.seen.size() >= seen_words(logits.size()));
  const auto last = before.last(std::min<size_t>(before.size(), settings_.repeat_last));
  for (const int32_t token : last) {
    if (token < 0 || static_cast<size_t>(token) >= logits.size()) continue;
    const auto index = static_cast<size_t>(token);
    uint32_t& seen = scratch_.seen[index / 32];
    if ((seen >> index % 32 & 1) != 0) continue;
    seen |= 1u << index % 32;
    float& logit = logits[index];
    logit = logit > 0 ? logit / settings_.repeat_penalty : logit * settings_.repeat_penalty;
  }
  for (const int32_t token : last) {
    if (token < 0 || static_cast<size_t>(token) >= logits.size()) continue;
    scratch_.seen[static_cast<size_t>(token) / 32] = 0;
  }
}

int32_t Sampler::sample_all(std::span<const float> probabilities) {
  const float coin = random_.next_unit();
  float sum = 0;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    sum += probabilities[i];
    if (coin < sum) return static_cast<int32_t>(i);
  }
  // Rounding can leave the sum below a coin that is nearly 1.
  return static_cast<int32_t>(probabilities.size() - 1);
}

// The tokens that are at least so likely, in no order.
std::span<Sampler::Candidate> Sampler::gather(std::span<const float> probabilities, float least) {
  CHECK(scratch_.candidates.size() >= probabilities.size());
  size_t count = 0;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    if (probabilities[i] >= least) {
      scratch_.candidates[count++] = {probabilities[i], static_cast<int32_t>(i)};
    }
  }
  return scratch_.candidates.first(count);
}

int32_t Sampler::sample_likeliest(std::span<const float> probabilities) {
  const float coin = random_.next_unit();
  const bool has_top_k = settings_.top_k > 0 && settings_.top_k < probabilities.size();
  float cutoff = 0;
  if (settings_.has_top_p() && !has_top_k) {
    // What is less likely than this cannot be among them: the n - 1 others would have less than
    // 1 - top_p together. Few tokens are left to be put in order.
    cutoff = (1.0f - settings_.top_p) /
             static_cast<float>(static_cast<int32_t>(probabilities.size()) - 1);
  }
  auto kept = gather(probabilities, cutoff);
  // With few tokens and a small top_p even the likeliest can be below the cutoff.
  if (kept.empty()) return argmax(probabilities);
  float mass = 1;
  if (has_top_k) {
    const auto is_likelier = [](const Candidate& a, const Candidate& b) {
      return comes_later(b, a);
    };
    std::partial_sort(kept.begin(), kept.begin() + settings_.top_k, kept.end(), is_likelier);
    kept = kept.first(settings_.top_k);
    mass = 0;
    for (const Candidate& candidate : kept) mass += candidate.probability;
  }
  const float enough = settings_.has_top_p() ? settings_.top_p * mass : kInfinity;

  // A heap gives the next likeliest as long as one is asked for, and each one taken is put after
  // those that are left: the likeliest ends up last.
  const auto begin = kept.begin();
  const auto end = kept.end();
  auto left = end;
  std::make_heap(begin, end, comes_later);
  const float least = settings_.min_p * begin->probability;
  float cumulative = 0;
  while (left != begin && begin->probability >= least) {
    std::pop_heap(begin, left, comes_later);
    --left;
    cumulative += left->probability;
    if (cumulative > enough) break;
  }

  const float place = coin * cumulative;
  float sum = 0;
  for (auto candidate = end; candidate != left;) {
    --candidate;
    sum += candidate->probability;
    if (place < sum) return candidate->token;
  }
  return left->token;
}

}  // namespace llama
