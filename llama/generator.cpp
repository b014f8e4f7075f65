#include "llama/generator.h"

#include <algorithm>
#include <limits>

namespace llama {

using base::Status;

base::Result<Generator> Generator::create(const Tokenizer& tokenizer, uint32_t context,
                                          size_t max_prompt_bytes, base::Clock& clock,
                                          base::Arena& arena) {
  Generator generator;
  generator.tokenizer_ = &tokenizer;
  generator.clock_ = &clock;
  const uint32_t vocabulary = tokenizer.vocabulary().size();
  Sampler::Scratch& sampling = generator.sampler_scratch_;
  TRY_ASSIGN(sampling.candidates, arena.allocate<Sampler::Candidate>(vocabulary, "sampler"));
  TRY_ASSIGN(sampling.seen, arena.allocate<uint32_t>(Sampler::seen_words(vocabulary), "sampler"));
  if (!arena.is_measuring()) std::ranges::fill(sampling.seen, 0u);
  TRY_ASSIGN(generator.conversation_,
             Conversation::create(tokenizer, context, max_prompt_bytes, arena));
  return generator;
}

base::Result<Generation> Generator::generate(Transformer& transformer, const Request& request,
                                             base::TextSink& out) {
  const uint64_t started = clock_->now_us();
  utf8_ = Utf8Stream();
  skips_blanks_ = request.chat != nullptr;
  TRY_ASSIGN(Sampler sampler, Sampler::make(request.sampling, sampler_scratch_));
  TRY(begin(request));
  auto made = answer(transformer, request, sampler, started, out);
  if (!made.ok()) conversation_.take_back_question();
  return made;
}

Status Generator::begin(const Request& request) {
  const Profiler::Scope scope(profiler_, Operation::kTokenize);
  if (request.chat == nullptr) return conversation_.begin_text(request.prompt);
  return conversation_.ask(*request.chat, request.system, request.prompt);
}

base::Result<Generation> Generator::answer(Transformer& transformer, const Request& request,
                                           Sampler& sampler, uint64_t started,
                                           base::TextSink& out) {
  const uint32_t unread =
      static_cast<uint32_t>(conversation_.tokens().size()) - conversation_.cached();
  Generation made;
  made.first_position = conversation_.cached();
  made.prompt_tokens = unread;
  uint32_t from_prompt = unread;
  uint32_t most = request.steps == 0 ? UINT32_MAX : request.steps;  // tokens to make
  if (request.chat == nullptr) {
    const uint32_t steps = std::min(most, transformer.context());
    from_prompt = std::min(unread, steps);
    // The last position's token needs none of its own.
    most = steps - from_prompt + 1;
  }
  TRY_ASSIGN(auto logits, read(transformer, request, from_prompt, out));
  made.prompt_us = clock_->now_us() - started;
  while (from_prompt == unread) {
    const int32_t next = choose(request, transformer, sampler, logits);
    if (ends(request, next)) {
      made.reason = StopReason::kEnd;
      break;
    }
    emit(conversation_.tokens().back(), next, out);
    conversation_.append(next);
    if (++made.tokens >= most) break;
    TRY_ASSIGN(const bool has_room, make_room(request));
    if (!has_room) break;
    const size_t count = conversation_.tokens().size() - conversation_.cached();
    TRY_ASSIGN(logits, read(transformer, request, static_cast<uint32_t>(count), out));
  }
  flush(out);
  made.total_us = clock_->now_us() - started;
  return made;
}

base::Result<bool> Generator::make_room(const Request& request) {
  if (request.chat == nullptr) return true;  // steps end before the context does
  const Profiler::Scope scope(profiler_, Operation::kTokenize);
  return conversation_.make_room(*request.chat, request.system);
}

bool Generator::ends(const Request& request, int32_t token) const {
  if (request.chat != nullptr) return request.chat->ends_answer(token);
  const Vocabulary& vocabulary = tokenizer_->vocabulary();
  return token == vocabulary.bos() || vocabulary.is_end(token);
}

int32_t Generator::choose(const Request& request, const Transformer& transformer, Sampler& sampler,
                          std::span<float> logits) {
  const Profiler::Scope scope(profiler_, Operation::kSample);
  if (request.ignore_eos) {
    for (size_t token = 0; token < logits.size(); ++token) {
      if (ends(request, static_cast<int32_t>(token))) {
        logits[token] = -std::numeric_limits<float>::infinity();
      }
    }
    return sampler.sample(logits, conversation_.tokens());
  }
  return sampler.sample(logits, conversation_.tokens(), transformer.likeliest());
}

// Runs the next `count` tokens that the cache does not hold, as many at once as the transformer
// takes; of a story's prompt, shows the text up to the token after them. Returns the logits
// after the last token, if it is among them.
base::Result<std::span<float>> Generator::read(Transformer& transformer, const Request& request,
                                               uint32_t count, base::TextSink& out) {
  std::span<float> logits;
  const auto ids = conversation_.tokens();
  const uint32_t end = conversation_.cached() + count;
  // Of a text that begins with nothing the first token was not asked for.
  if (conversation_.cached() == 0 && count > 0 && !request.prompt.empty() && !request.chat) {
    emit(Tokenizer::kBeginning, ids[0], out);
  }
  for (uint32_t at = conversation_.cached(); at < end;) {
    const uint32_t batch = std::min(transformer.max_columns(), end - at);
    const bool is_last = at + batch == ids.size();
    TRY_ASSIGN(logits, run(transformer, request, ids.subspan(at, batch), at, is_last));
    conversation_.set_cached(at + batch);
    for (const uint32_t batch_end = at + batch; at < batch_end; ++at) {
      if (request.chat == nullptr && at + 1 < ids.size()) emit(ids[at], ids[at + 1], out);
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
  if (skips_blanks_) {
    piece.remove_prefix(std::min(piece.find_first_not_of(" \n"), piece.size()));
    skips_blanks_ = piece.empty();
  }
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
