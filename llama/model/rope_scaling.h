// How RoPE's frequencies are changed in models that were trained further for a longer context. The
// one place that knows what the values of each kind mean: the configuration's check, the forward
// pass and the converters all ask here.
//
// kLinear: all pairs turn `rope_factor` times slower.
//
// kLlama3 (Meta's reference code, apply_scaling): pairs that turn less than `rope_low_freq_factor`
// times within the original context turn `rope_factor` times slower, those that turn more than
// `rope_high_freq_factor` times are left as they are, and those between are blended by how often
// they turn.
//
// kYarn (Peng et al. 2023, as transformers and llama.cpp compute it): the same, with both bounds
// rounded to whole pairs, and those between blended by their numbers. All cosines and sines are
// multiplied by `rope_turn_factor`.
#pragma once

#include <cstdint>

#include "base/status.h"
#include "llama/model/config.h"

namespace llama {

// kUnsupported: another kind of scaling than these. kCorrupt: values that make no sense for it.
base::Status check_rope_scaling(const ModelConfig& config);

// The frequency, in radians per position, by which `pair` of a head turns that has this frequency
// without scaling.
float scaled_frequency(const ModelConfig& config, uint32_t pair, float frequency);

// What cosines and sines are multiplied by.
constexpr float turn_factor(const ModelConfig& config) {
  return config.rope_turn_factor == 0 ? 1 : config.rope_turn_factor;
}

// Makes it kLlama3 with these values; all models published so far have the last three.
constexpr void scale_as_llama3(ModelConfig& config, float factor, float low_freq_factor = 1,
                               float high_freq_factor = 4, uint32_t original_context = 8192) {
  config.rope_scaling = RopeScaling::kLlama3;
  config.rope_factor = factor;
  config.rope_low_freq_factor = low_freq_factor;
  config.rope_high_freq_factor = high_freq_factor;
  config.rope_original_context = original_context;
}

// Makes it kYarn; the bounds are "beta_slow" and "beta_fast".
constexpr void scale_as_yarn(ModelConfig& config, float factor, float slow, float fast,
                             uint32_t original_context, float turn_factor) {
  scale_as_llama3(config, factor, slow, fast, original_context);
  config.rope_scaling = RopeScaling::kYarn;
  config.rope_turn_factor = turn_factor;
}

}  // namespace llama
