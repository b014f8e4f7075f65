// How well a model predicts a text: perplexity, the exponential of the average of -ln(probability)
// over the tokens (Jelinek et al. 1977). A model that has learned nothing has the perplexity of its
// vocabulary's size, one that knows the text by heart has 1.
//
// The text is cut into windows as long as the context, each read by itself: BOS, if the model's
// texts begin with it, and as many tokens as fit after it. Every token with another one before it
// counts. (llama.cpp counts the second half of each window only, and therefore gives smaller
// figures.)
#pragma once

#include <cstdint>
#include <span>

#include "base/status.h"
#include "llama/transformer.h"

namespace llama {

struct Perplexity {
  uint64_t tokens = 0;  // predicted
  double nats = 0;      // -ln(probability) of all of them together

  // Of no tokens: 0.
  float value() const;
};

// Is told of the progress after each pass.
class PerplexityProgress {
 public:
  virtual void measured(const Perplexity& so_far, uint64_t of_tokens) = 0;

 protected:
  ~PerplexityProgress() = default;
};

// Of `ids`, what Tokenizer::encode() makes of a text with AddBos::kYes: if they begin with `bos`,
// every window does. It is faster if the transformer gives all_logits, with the same result. The
// same model, text and context give the same bits on every machine. `interrupt` and `progress` may
// be null.
//
// kInvalidArgument: no token to predict; kCorrupt: logits that are not numbers; kCancelled; and
// whatever reading weights returns.
base::Result<Perplexity> measure_perplexity(Transformer& transformer, std::span<const int32_t> ids,
                                            int32_t bos, Interrupt* interrupt,
                                            PerplexityProgress* progress);

}  // namespace llama
