#include "llama/model.h"

#include "base/crc32c.h"

namespace llama {

using base::ErrorCode;
using base::Status;

Status Model::open(WeightSource& source, base::Clock& clock, base::Arena& arena,
                   const Options& options) {
  TRY(open_directory(source, arena));
  if (options.profiler != nullptr) {
    TRY(options.profiler->create(config().n_layers, options.profile_spans, arena));
  }
  TRY(set_up(source, clock, arena, options));
  generator_.set_profiler(options.profiler);
  transformer_.set_profiler(options.profiler);
  return base::ok_status();
}

Status Model::open_directory(WeightSource& source, base::Arena& arena) {
  TRY_ASSIGN(file_, ModelFile::open(source, arena));
  return open_tokenizer(source, arena);
}

Status Model::measure(const Model& opened, WeightSource& source, base::Clock& clock,
                      base::Arena& arena, const Options& options) {
  file_ = opened.file_;
  tokenizer_ = opened.tokenizer_;
  TRY(file_.measure(arena));
  TRY(arena.allocate<std::byte>(file_.tokenizer_segment().bytes, "tokenizer").status());
  if (options.profiler != nullptr) {
    TRY(Profiler::measure(config().n_layers, options.profile_spans, arena));
  }
  return set_up(source, clock, arena, options);
}

// All that is not read from the file.
Status Model::set_up(WeightSource& source, base::Clock& clock, base::Arena& arena,
                     const Options& options) {
  const uint64_t used_before = arena.used();
  Options decided = options;
  TRY_ASSIGN(decided.transformer.context,
             Transformer::decide_context(config(), options.transformer.context,
                                         options.transformer.kv, arena.available()));
  const Status placed = place(source, clock, arena, decided);
  if (placed.code() != ErrorCode::kOutOfMemory) return placed;

  // Say how much it would take with nothing pinned and the smallest buffers, not what was missing
  // where the room happened to end.
  decided.transformer.weights = {.buffer_bytes = 1, .buffers = 2, .max_pinned_bytes = 0};
  base::Arena least = base::Arena::measuring();
  TRY(place(source, clock, least, decided));
  const uint64_t needed = used_before + least.used();
  return Status::error(ErrorCode::kOutOfMemory,
                       "the model does not fit: it needs at least {} bytes of memory, and "
                       "there are {}: {} bytes short; a smaller ctx needs less",
                       needed, arena.capacity(),
                       needed > arena.capacity() ? needed - arena.capacity() : 0);
}

Status Model::place(WeightSource& source, base::Clock& clock, base::Arena& arena,
                    const Options& options) {
  TRY_ASSIGN(generator_, Generator::create(*tokenizer_, options.transformer.context,
                                           options.max_prompt_bytes, clock, arena));
  return transformer_.create(file_, source, clock, arena, options.transformer);
}

Status Model::open_tokenizer(WeightSource& source, base::Arena& arena) {
  const Segment& segment = file_.tokenizer_segment();
  TRY_ASSIGN(const auto bytes, arena.allocate<std::byte>(segment.bytes, "tokenizer"));
  for (int attempt = 1;; ++attempt) {
    TRY(source.read(segment.offset, bytes));
    if (base::crc32c(bytes) == segment.crc) break;
    if (attempt == TileReader::kReadAttempts) {
      return Status::error(
          ErrorCode::kCorrupt,
          "the tokenizer does not match its CRC, read after read, at byte {} of the "
          "file: the file or the card is damaged; copy the model again",
          segment.offset);
    }
  }
  TRY_ASSIGN(tokenizer_, Tokenizer::open(bytes));
  if (tokenizer_->vocabulary().size() != config().vocab_size) {
    return Status::error(ErrorCode::kCorrupt,
                         "the model's tokenizer has {} tokens, its weights are for {}",
                         tokenizer_->vocabulary().size(), config().vocab_size);
  }
  chat_ = ChatFormat::make(config().chat_template, *tokenizer_);
  return base::ok_status();
}

base::Result<Perplexity> Model::perplexity(std::string_view text, Interrupt* interrupt,
                                           PerplexityProgress* progress) {
  TRY(conversation().begin_text(text));
  const auto measured = measure_perplexity(transformer_, conversation().tokens(),
                                           tokenizer_->vocabulary().bos(), interrupt, progress);
  transformer_.settle();
  conversation().forget();
  return measured;
}

Status Model::load(LoadProgress* progress) { return transformer_.load(progress); }

}  // namespace llama
