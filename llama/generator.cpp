#include "llama/generator.h"

#include <algorithm>

#include "base/check.h"

namespace llama {

using base::ErrorCode;
using base::Status;

base::Result<Generator> Generator::create(const Tokenizer& tokenizer, uint32_t context,
                                          size_t max_prompt_bytes, base::Clock& clock,
                                          base::Arena& arena) {
  Generator generator;
  generator.tokenizer_ = &tokenizer;
  generator.clock_ = &clock;
  generator.max_prompt_bytes_ = max_prompt_bytes;
  const uint32_t vocabulary = tokenizer.vocabulary().size();
  Sampler::Scratch& sampling = generator.sampler_scratch_;
  TRY_ASSIGN(sampling.candidates, arena.allocate<Sampler::Candidate>(vocabulary, "sampler"));
  TRY_ASSIGN(sampling.seen, arena.allocate<uint32_t>(Sampler::seen_words(vocabulary), "sampler"));
  if (!arena.is_measuring()) std::ranges::fill(sampling.seen, 0u);
  TRY_ASSIGN(generator.scratch_,
             arena.allocate<std::byte>(Tokenizer::scratch_bytes(max_prompt_bytes), "prompt"));
  TRY_ASSIGN(generator.ids_, arena.allocate<int32_t>(context + 1, "prompt"));
  return generator;
}

base::Result<std::span<const int32_t>> Generator::encode(const Transformer& transformer,
                                                         std::string_view prompt) {
  const Profiler::Scope scope(profiler_, Operation::kTokenize);
  const size_t invalid = find_invalid_utf8(prompt);
  if (invalid != prompt.size()) {
    return Status::error(ErrorCode::kInvalidArgument,
                         "the prompt is no valid UTF-8 from byte {} on; set the terminal to UTF-8",
                         invalid);
  }
  if (prompt.size() > max_prompt_bytes_) {
    return Status::error(ErrorCode::kOutOfRange, "the prompt has {} bytes; at most {} are read",
                         prompt.size(), max_prompt_bytes_);
  }
  base::Arena scratch(scratch_);
  const auto room = ids_.first(std::min<size_t>(ids_.size() - 1, transformer.context()));
  const auto encoded = tokenizer_->encode(prompt, AddBos::kYes, scratch, room);
  if (!encoded.ok() && encoded.status().code() == ErrorCode::kOutOfRange) {
    return Status::error(ErrorCode::kOutOfRange,
                         "the prompt is longer than the context of {} tokens; shorten it, or give "
                         "the model more context (ctx)",
                         room.size());
  }
  TRY(encoded);
  if (encoded->empty()) {
    return Status::error(ErrorCode::kInvalidArgument,
                         "this model cannot begin with nothing: give it a prompt");
  }
  return std::span<const int32_t>(*encoded);
}

base::Result<Generation> Generator::generate(Transformer& transformer, const Request& request,
                                             base::TextSink& out) {
  const uint64_t started = clock_->now_us();
  utf8_ = Utf8Stream();
  TRY_ASSIGN(Sampler sampler, Sampler::make(request.sampling, sampler_scratch_));
  TRY_ASSIGN(const auto ids, encode(transformer, request.prompt));
  const uint32_t context = transformer.context();
  const uint32_t steps = request.steps == 0 || request.steps > context ? context : request.steps;
  const Vocabulary& vocabulary = tokenizer_->vocabulary();

  Generation made;
  made.prompt_tokens = static_cast<uint32_t>(ids.size());
  const uint32_t from_prompt = std::min(made.prompt_tokens, steps);
  TRY_ASSIGN(auto logits, run_prompt(transformer, request, ids, from_prompt, out));
  made.prompt_us = clock_->now_us() - started;
  if (from_prompt == ids.size()) {
    int32_t token = ids.back();
    for (uint32_t position = from_prompt;; ++position) {
      const int32_t next = choose(sampler, logits, ids_.first(position));
      if (next == vocabulary.bos() || next == vocabulary.eos()) {
        made.reason = StopReason::kEnd;
        break;
      }
      emit(token, next, out);
      token = ids_[position] = next;
      ++made.tokens;
      if (position >= steps) break;
      TRY_ASSIGN(logits, run(transformer, request, {&token, 1}, position, true));
    }
  }
  flush(out);
  made.total_us = clock_->now_us() - started;
  return made;
}

int32_t Generator::choose(Sampler& sampler, std::span<float> logits,
                          std::span<const int32_t> before) {
  const Profiler::Scope scope(profiler_, Operation::kSample);
  return sampler.sample(logits, before);
}

// Runs the first `count` tokens of the prompt, as many at once as the transformer takes, and shows
// the text up to the token after them. Returns the logits of the prompt's last token.
base::Result<std::span<float>> Generator::run_prompt(Transformer& transformer,
                                                     const Request& request,
                                                     std::span<const int32_t> ids, uint32_t count,
                                                     base::TextSink& out) {
  std::span<float> logits;
  for (uint32_t at = 0; at < count;) {
    const uint32_t batch = std::min(transformer.max_columns(), count - at);
    const bool is_last = at + batch == ids.size();
    TRY_ASSIGN(logits, run(transformer, request, ids.subspan(at, batch), at, is_last));
    for (const uint32_t end = at + batch; at < end; ++at) {
      if (at + 1 < ids.size()) emit(ids[at], ids[at + 1], out);
    }
  }
  return logits;
}

base::Result<std::span<float>> Generator::run(Transformer& transformer, const Request& request,
                                              std::span<const int32_t> tokens, uint32_t position,
                                              bool wants_logits) {
  const Logits wanted = request.observer != nullptr ? Logits::kAll
                        : wants_logits              ? Logits::kLast
                                                    : Logits::kNone;
  TRY_ASSIGN(const auto logits, transformer.forward(tokens, position, wanted, request.interrupt));
  if (request.observer == nullptr) return logits;
  const size_t vocabulary = transformer.config().vocab_size;
  for (uint32_t i = 0; i < tokens.size(); ++i) {
    request.observer->observe(position + i, logits.subspan(i * vocabulary, vocabulary));
  }
  return logits.last(vocabulary);
}

void Generator::emit(int32_t previous, int32_t token, base::TextSink& out) {
  const Profiler::Scope scope(profiler_, Operation::kDecode);
  constexpr size_t kPart = 32;
  char buffer[Utf8Stream::max_output(kPart)];
  std::string_view piece = tokenizer_->decode(previous, token);
  while (!piece.empty()) {
    const auto part = piece.substr(0, kPart);
    piece.remove_prefix(part.size());
    const auto whole = utf8_.push(part, buffer);
    if (!whole.empty()) write(whole, out);
  }
}

void Generator::flush(base::TextSink& out) {
  char buffer[Utf8Stream::max_output(0)];
  const auto rest = utf8_.flush(buffer);
  if (!rest.empty()) write(rest, out);
}

void Generator::write(std::string_view text, base::TextSink& out) {
  const Profiler::Scope scope(profiler_, Operation::kOutput);
  out.write(text);
}

}  // namespace llama
