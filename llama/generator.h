// A prompt in, text out: tokenizer, forward pass and sampler in llama2.c's order, so that the same
// model, prompt, seed and settings tell the same story everywhere.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/clock.h"
#include "base/format.h"
#include "base/status.h"
#include "llama/profiler.h"
#include "llama/sampler.h"
#include "llama/tokenizer.h"
#include "llama/transformer.h"
#include "llama/utf8.h"

namespace llama {

enum class StopReason : uint8_t {
  kEnd,     // the model ended its text (BOS or EOS)
  kLength,  // as many positions as were asked for, or as the context has
};

struct Generation {
  StopReason reason = StopReason::kLength;
  uint32_t prompt_tokens = 0;  // BOS included
  uint32_t tokens = 0;         // generated
  uint64_t prompt_us = 0;      // until the first generated token was chosen
  uint64_t total_us = 0;
};

// Sees the logits of every position, prompt included, before they are sampled.
class LogitsObserver {
 public:
  virtual void observe(uint32_t position, std::span<const float> logits) = 0;

 protected:
  ~LogitsObserver() = default;
};

class Generator {
 public:
  // Takes arena room for the sampler and for prompts of up to `max_prompt_bytes` ("sampler",
  // "prompt"). To be called before Transformer::create(), which fills what is left with weights.
  // `context`: the longest prompt in tokens. The tokenizer and clock outlive the generator.
  static base::Result<Generator> create(const Tokenizer& tokenizer, uint32_t context,
                                        size_t max_prompt_bytes, base::Clock& clock,
                                        base::Arena& arena);

  // To whom sampling, tokenizing and output are charged; null: nobody.
  void set_profiler(Profiler* profiler) { profiler_ = profiler; }

  struct Request {
    std::string_view prompt;
    uint32_t steps = 0;  // positions to run, prompt included; 0, or too many: the whole context
    SamplerSettings sampling;
    Interrupt* interrupt = nullptr;      // may be null
    LogitsObserver* observer = nullptr;  // may be null; needs Options::all_logits
  };

  // Writes prompt and continuation to `out` as they come, in whole characters. kInvalidArgument: a
  // prompt that is no UTF-8, bad sampling settings; kOutOfRange: a prompt longer than the context
  // or than max_prompt_bytes; kCancelled; and whatever reading weights returns.
  base::Result<Generation> generate(Transformer& transformer, const Request& request,
                                    base::TextSink& out);

  // The prompt's tokens, BOS in front if the model wants it; they live until the next call. Errors
  // are those of generate().
  base::Result<std::span<const int32_t>> encode(const Transformer& transformer,
                                                std::string_view prompt);

 private:
  base::Result<std::span<float>> run_prompt(Transformer& transformer, const Request& request,
                                            std::span<const int32_t> ids, uint32_t count,
                                            base::TextSink& out);
  base::Result<std::span<float>> run(Transformer& transformer, const Request& request,
                                     std::span<const int32_t> tokens, uint32_t position,
                                     bool wants_logits);
  int32_t choose(Sampler& sampler, std::span<float> logits, std::span<const int32_t> before);
  void emit(int32_t previous, int32_t token, base::TextSink& out);
  void flush(base::TextSink& out);
  void write(std::string_view text, base::TextSink& out);

  const Tokenizer* tokenizer_ = nullptr;
  base::Clock* clock_ = nullptr;
  Profiler* profiler_ = nullptr;
  Sampler::Scratch sampler_scratch_;
  std::span<std::byte> scratch_;
  std::span<int32_t> ids_;  // tokens so far, the prompt's among them (context + 1)
  size_t max_prompt_bytes_ = 0;
  Utf8Stream utf8_;
};

}  // namespace llama
