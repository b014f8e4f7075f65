// Which tokens of a model a bench measures.
#pragma once

#include <cstdint>
#include <string>

namespace bench {

// Of the emulated Pi's context.
constexpr uint32_t kBenchContext = 256;
// Tokens that go through the layers together within a prompt.
constexpr uint32_t kBenchColumns = 8;

// Some tokens of a story from `position` on, or, with `is_prompt`, those of a pass of eight within
// a prompt.
struct StretchRequest {
  std::string kv = "q8_0";
  bool is_prompt = false;
  uint32_t position = 127;  // of a story: behind the tokens of "Once upon a time"
  double ram_mib = 0;       // the setting of that name: with little, weights stream
  bool all_logits = false;  // as the setting `hash` needs
};

}  // namespace bench
