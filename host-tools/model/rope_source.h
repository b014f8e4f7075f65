// RoPE scaling as other programs describe it, in GGUF's metadata and in config.json: the same kinds
// and numbers under other names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "llama/model/config.h"

namespace host {

// What a file says; nothing where it says nothing.
struct RopeDescription {
  std::optional<std::string> kind;
  std::optional<double> factor;
  std::optional<uint32_t> original_context;
  // Of Llama 3's kind.
  std::optional<double> low_freq_factor, high_freq_factor;
  // Of YaRN.
  std::optional<double> beta_slow, beta_fast;
  std::optional<double> turn_factor;
};

// Sets the scaling of `config`, whose context and base are set already, and cuts the context to
// where a scaling that depends on a text's length does nothing. Throws Failure with `name`, the
// file's: another kind, or a number that is missing.
void set_rope_scaling(const RopeDescription& rope, const std::string& name,
                      llama::ModelConfig& config);

}  // namespace host
