#include "llama/text/conversation.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "llama/text/utf8.h"

namespace llama {

using base::ErrorCode;
using base::Result;
using base::Status;

namespace {

// No question has fewer tokens, which bounds the number of turns.
constexpr uint32_t kShortestTurn = 4;

// The most tokens by which a question is longer than it would be as the first.
constexpr uint32_t kLineBefore = 8;

uint32_t room_for_answer(uint32_t context) { return context / 4; }

}  // namespace

Result<Conversation> Conversation::create(const Tokenizer& tokenizer, uint32_t context,
                                          size_t max_text_bytes, base::Arena& arena) {
  Conversation made;
  made.tokenizer_ = &tokenizer;
  made.context_ = context;
  made.max_text_bytes_ = max_text_bytes;
  const size_t text_bytes = max_text_bytes + ChatFormat::kMarkerBytes;
  // A full context and a token more, what closes its answer, and a question of a full context.
  const size_t tokens = 2 * size_t{context} + 1 + ChatFormat::kMaxCloseTokens + kLineBefore;
  TRY_ASSIGN(made.text_, arena.allocate<char>(text_bytes, "prompt"));
  TRY_ASSIGN(made.said_, arena.allocate<char>(text_bytes, "prompt"));
  TRY_ASSIGN(made.scratch_,
             arena.allocate<std::byte>(tokenizer.scratch_bytes(text_bytes), "prompt"));
  TRY_ASSIGN(made.ids_, arena.allocate<int32_t>(tokens, "prompt"));
  TRY_ASSIGN(made.spare_, arena.allocate<int32_t>(tokens, "prompt"));
  TRY_ASSIGN(made.turn_room_, arena.allocate<Turn>(context / kShortestTurn + 1, "prompt"));
  return made;
}

void Conversation::forget() {
  count_ = cached_ = turn_count_ = dropped_ = 0;
  is_open_ = false;
}

Status Conversation::check(std::string_view text) const {
  const size_t invalid = find_invalid_utf8(text);
  if (invalid != text.size()) {
    return Status::error(ErrorCode::kInvalidArgument,
                         "the prompt is not valid UTF-8 at byte {}; set the terminal to UTF-8",
                         invalid);
  }
  if (text.size() > max_text_bytes_) {
    return Status::error(ErrorCode::kOutOfRange, "the prompt has {} bytes; at most {} are read",
                         text.size(), max_text_bytes_);
  }
  return base::ok_status();
}

// In training, texts of models that put nothing before them are separated by a token that ends one;
// so a text begins after it, as with GPT-2 and those after it. -1: there is none.
int32_t Conversation::first_of_nothing() const {
  const Vocabulary& vocabulary = tokenizer_->vocabulary();
  const int32_t end = vocabulary.find_special("<|endoftext|>");
  if (end >= 0) return end;
  return vocabulary.bos() >= 0 ? vocabulary.bos() : vocabulary.eos();
}

Status Conversation::begin_text(std::string_view text) {
  forget();
  TRY(check(text));
  base::Arena scratch(scratch_);
  const auto encoded = tokenizer_->encode(text, AddBos::kYes, scratch, ids_.first(context_));
  if (!encoded.ok() && encoded.status().code() == ErrorCode::kOutOfRange) {
    return Status::error(ErrorCode::kOutOfRange,
                         "the prompt is longer than the context of {} tokens; shorten it, or give "
                         "the model more context (ctx)",
                         context_);
  }
  TRY(encoded);
  count_ = static_cast<uint32_t>(encoded->size());
  if (count_ > 0) return base::ok_status();
  const int32_t first = first_of_nothing();
  if (first < 0) {
    return Status::error(ErrorCode::kInvalidArgument,
                         "this model cannot begin with nothing: give it a prompt");
  }
  append(first);
  return base::ok_status();
}

void Conversation::append(int32_t token) {
  CHECK(count_ < ids_.size());
  ids_[count_++] = token;
  is_open_ = turn_count_ > 0;
}

Status Conversation::ask(const ChatFormat& format, std::string_view system,
                         std::string_view question) {
  TRY(check(question));
  // Would it fit if it were the first?
  TRY_ASSIGN(const auto alone, format.question(true, system, question, room(spare_)));
  if (alone.tokens > context_) {
    return Status::error(
        ErrorCode::kOutOfRange,
        "the question takes {} tokens with what belongs to it, and the context has "
        "{}; shorten it, or give the model more context (ctx)",
        alone.tokens, context_);
  }
  if (turn_count_ == 0) forget();
  if (is_open_) close_answer(format);
  if (turn_count_ == turn_room_.size()) TRY(drop_oldest(format, system));
  TRY_ASSIGN(const auto made,
             format.question(turn_count_ == 0, system, question, room(ids_.subspan(count_))));
  CHECK(made.tokens <= ids_.size() - count_);
  turn_room_[turn_count_++] = {.start = count_, .answer = count_ + made.tokens, .question = made};
  count_ += made.tokens;
  const Status dropped = drop_until_room(format, system);
  if (!dropped.ok()) forget();
  return dropped;
}

void Conversation::close_answer(const ChatFormat& format) {
  const auto rest = ids_.subspan(count_).first<ChatFormat::kMaxCloseTokens>();
  count_ += static_cast<uint32_t>(format.close(ids_[count_ - 1], rest));
  is_open_ = false;
}

Status Conversation::drop_until_room(const ChatFormat& format, std::string_view system) {
  while (turn_count_ > 1 && count_ + room_for_answer(context_) > context_) {
    TRY(drop_oldest(format, system));
  }
  return base::ok_status();
}

// Makes the second turn the first one, with the system prompt.
Status Conversation::drop_oldest(const ChatFormat& format, std::string_view system) {
  CHECK(turn_count_ > 1);
  Turn& next = turn_room_[1];
  const auto question_ids = ids_.subspan(next.start, next.answer - next.start);
  const std::string_view said = format.said(question_ids, next.question, said_);
  const auto rest = ids_.subspan(next.answer, count_ - next.answer);
  TRY_ASSIGN(const auto made,
             format.question(true, system, said, room(spare_.first(spare_.size() - rest.size()))));
  if (made.tokens > spare_.size() - rest.size()) {
    return Status::error(ErrorCode::kOutOfRange,
                         "the system prompt is too long for the context of {} tokens", context_);
  }
  std::ranges::copy(rest, spare_.begin() + made.tokens);
  const auto shorter = made.tokens + static_cast<uint32_t>(rest.size());
  // Turns may repeat those before them, word for word; the last token is run again even then, for
  // its logits.
  const auto old_cached = ids_.first(cached_);
  const auto same = std::ranges::mismatch(old_cached, spare_.first(shorter)).in1;
  cached_ = std::min(static_cast<uint32_t>(same - old_cached.begin()), shorter - 1);
  std::swap(ids_, spare_);
  const uint32_t moved = next.answer - made.tokens;  // wraps where it has become longer
  for (uint32_t i = 1; i < turn_count_; ++i) {
    turn_room_[i - 1] = turn_room_[i];
    turn_room_[i - 1].start -= moved;
    turn_room_[i - 1].answer -= moved;
  }
  turn_room_[0].start = 0;
  turn_room_[0].question = made;
  --turn_count_;
  count_ = shorter;
  ++dropped_;
  return base::ok_status();
}

Result<bool> Conversation::make_room(const ChatFormat& format, std::string_view system) {
  if (count_ <= context_) return true;
  TRY(drop_until_room(format, system));
  return count_ <= context_;
}

void Conversation::take_back_question() {
  if (turn_count_ == 0 || turn_room_[turn_count_ - 1].answer != count_) return;
  count_ = turn_room_[--turn_count_].start;
  cached_ = std::min(cached_, count_);
}

uint32_t Conversation::take_dropped() { return std::exchange(dropped_, 0u); }

}  // namespace llama
