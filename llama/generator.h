// A prompt in, text out: tokenizer, forward pass and sampler in llama2.c's order, so that the same
// model, prompt, seed and settings give the same story everywhere. Or a question in, and an answer
// out, which continues the conversation that the generator keeps (conversation.h).
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
#include "llama/text/chat_format.h"
#include "llama/text/conversation.h"
#include "llama/text/tokenizer.h"
#include "llama/text/utf8.h"
#include "llama/transformer.h"

namespace llama {

enum class StopReason : uint8_t {
  kEnd,     // the model ended its text (BOS or EOS) or answer (ChatFormat::ends_answer())
  kLength,  // as many positions as were asked for, or as the context has
};

struct Generation {
  StopReason reason = StopReason::kLength;
  uint32_t first_position = 0;  // of the prompt: what was said before it, of a question
  uint32_t prompt_tokens = 0;   // BOS included; of a question, those that were run for it
  uint32_t tokens = 0;          // generated
  uint64_t prompt_us = 0;       // until the first generated token was chosen
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
  // "prompt"); system prompt and question are one together. Call it before
  // Transformer::create(), which fills what is left with weights. `context`: of the transformer.
  // The tokenizer and clock outlive the generator.
  static base::Result<Generator> create(const Tokenizer& tokenizer, uint32_t context,
                                        size_t max_prompt_bytes, base::Clock& clock,
                                        base::Arena& arena);

  // What sampling, tokenizing and output are charged to; may be null.
  void set_profiler(Profiler* profiler) { profiler_ = profiler; }

  struct Request {
    std::string_view prompt;  // beginning of a story, or a question
    // Of a story: positions to run, prompt included; 0, or too many: the whole context. Of an
    // answer: its tokens at most; 0: as many as the context has room for.
    uint32_t steps = 0;
    // Never chooses a token that would end the text or the answer: it ends with `steps`, or where
    // the context does.
    bool ignore_eos = false;
    SamplerSettings sampling;
    const ChatFormat* chat = nullptr;    // null: a story, which begins a new context
    std::string_view system = {};        // of a chat, as ChatFormat::question() has it
    Interrupt* interrupt = nullptr;      // may be null
    LogitsObserver* observer = nullptr;  // may be null; needs Options::all_logits
  };

  // Writes prompt and continuation, or the answer alone without blanks before it, to `out` as they
  // come, in whole characters. kInvalidArgument: a prompt that is not UTF-8, bad sampling settings;
  // kOutOfRange: a prompt longer than the context or than max_prompt_bytes; kCancelled; and
  // whatever reading weights returns. After an error in a chat, the part of an answer
  // that was made stays; a question without any is as if it had not been asked.
  base::Result<Generation> generate(Transformer& transformer, const Request& request,
                                    base::TextSink& out);

  Conversation& conversation() { return conversation_; }
  const Conversation& conversation() const { return conversation_; }

 private:
  base::Status begin(const Request& request);
  base::Result<Generation> answer(Transformer& transformer, const Request& request,
                                  Sampler& sampler, uint64_t started, base::TextSink& out);
  base::Result<std::span<float>> read(Transformer& transformer, const Request& request,
                                      uint32_t count, base::TextSink& out);
  base::Result<std::span<float>> run(Transformer& transformer, const Request& request,
                                     std::span<const int32_t> tokens, uint32_t position,
                                     bool wants_logits);
  bool ends(const Request& request, int32_t token) const;
  base::Result<bool> make_room(const Request& request);
  int32_t choose(const Request& request, const Transformer& transformer, Sampler& sampler,
                 std::span<float> logits);
  void emit(int32_t previous, int32_t token, base::TextSink& out);
  void flush(base::TextSink& out);
  void write(std::string_view text, base::TextSink& out);

  const Tokenizer* tokenizer_ = nullptr;
  base::Clock* clock_ = nullptr;
  Profiler* profiler_ = nullptr;
  Sampler::Scratch sampler_scratch_;
  Conversation conversation_;
  Utf8Stream utf8_;
  bool skips_blanks_ = false;  // nothing of an answer was shown yet
};

}  // namespace llama
