// A model, ready to generate text: file, tokenizer, generator and transformer in one arena. What
// the host's runner and the kernel both hold.
#pragma once

#include <optional>

#include "base/arena.h"
#include "base/clock.h"
#include "base/status.h"
#include "llama/generator.h"
#include "llama/model/model_file.h"
#include "llama/perplexity.h"
#include "llama/text/prompt_limits.h"
#include "llama/text/tokenizer.h"
#include "llama/transformer.h"

namespace llama {

class Model {
 public:
  struct Options {
    Transformer::Options transformer;
    size_t max_prompt_bytes = kMaxPromptBytes + kMaxSystemBytes;  // both together
    Profiler* profiler = nullptr;  // gets its tables in the arena; null: none. Outlives the model
    size_t profile_spans = 0;      // Profiler::create()
  };

  Model() = default;
  Model(const Model&) = delete;  // its parts point at each other
  Model& operator=(const Model&) = delete;

  // Reads directory and tokenizer, takes all arena room that is needed and fills the rest with
  // weights. The arguments outlive the model, and the arena is not rewound under it. kOutOfMemory
  // carries the least that the model needs, what there is, and the shortfall.
  base::Status open(WeightSource& source, base::Clock& clock, base::Arena& arena,
                    const Options& options);

  // The first part of open(): directory and tokenizer, for measure() and for code that only looks
  // at a model.
  base::Status open_directory(WeightSource& source, base::Arena& arena);

  // Takes of a measuring arena what open() takes of a real one for the model that `opened` holds
  // (at least its directory), so that this one's transformer can tell what is pinned and what
  // streams. Nothing is read, and nothing but that can be done with it. Errors as open().
  base::Status measure(const Model& opened, WeightSource& source, base::Clock& clock,
                       base::Arena& arena, const Options& options);

  // Reads the weights that stay in memory. Needed before generate().
  base::Status load(LoadProgress* progress);

  // Generator::generate(). When it returns, no read of the source is under way.
  base::Result<Generation> generate(const Generator::Request& request, base::TextSink& out) {
    const auto made = generator_.generate(transformer_, request, out);
    transformer_.settle();
    return made;
  }

  // measure_perplexity() of a text that fits into the context and into max_prompt_bytes. When it
  // returns, no read of the source is under way, and the conversation is forgotten. Errors also as
  // those of a prompt.
  base::Result<Perplexity> perplexity(std::string_view text, Interrupt* interrupt,
                                      PerplexityProgress* progress);

  // How the model is talked to; or why it can't be: see ChatFormat::make().
  const base::Result<ChatFormat>& chat() const { return *chat_; }
  // What was said so far. generate() starts over or continues it, as its request says.
  Conversation& conversation() { return generator_.conversation(); }

  const ModelFile& file() const { return file_; }
  const ModelConfig& config() const { return file_.config(); }
  const Tokenizer& tokenizer() const { return *tokenizer_; }
  const Transformer& transformer() const { return transformer_; }
  Transformer& transformer() { return transformer_; }

 private:
  base::Status open_tokenizer(WeightSource& source, base::Arena& arena);
  base::Status set_up(WeightSource& source, base::Clock& clock, base::Arena& arena,
                      const Options& options);
  base::Status place(WeightSource& source, base::Clock& clock, base::Arena& arena,
                     const Options& options);

  ModelFile file_;
  std::optional<Tokenizer> tokenizer_;
  std::optional<base::Result<ChatFormat>> chat_;  // looks at the tokenizer
  Generator generator_;
  Transformer transformer_;
};

}  // namespace llama
