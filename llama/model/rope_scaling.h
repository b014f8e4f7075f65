// How RoPE's frequencies are changed in models that were trained further for a longer context. The
// one place that knows what the values of each kind mean: the configuration's check, the forward
// pass and the converters all ask here.
#pragma once

#include <cstdint>

#include "base/status.h"
#include "llama/model/config.h"

namespace llama {

// kUnsupported: another kind of scaling than these. kCorrupt: values that make no sense for it.
base::Status check_rope_scaling(const ModelConfig& config);

// The frequency, in radians per position, by which a pair turns that has this frequency without
// scaling.
//
// kLlama3 (Meta's reference code, apply_scaling): wavelengths longer than the original context over
// the low factor turn `rope_factor` times slower, those shorter than it over the high factor are
// left as they are, and those between are blended.
float scaled_frequency(const ModelConfig& config, float frequency);

// Makes it kLlama3 with these values; all models published so far have the last three.
constexpr void scale_as_llama3(ModelConfig& config, float factor, float low_freq_factor = 1,
                               float high_freq_factor = 4, uint32_t original_context = 8192) {
  config.rope_scaling = RopeScaling::kLlama3;
  config.rope_factor = factor;
  config.rope_low_freq_factor = low_freq_factor;
  config.rope_high_freq_factor = high_freq_factor;
  config.rope_original_context = original_context;
}

}  // namespace llama
