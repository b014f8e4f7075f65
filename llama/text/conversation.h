// What was said so far, as tokens: which of them the KV cache holds, and where turns begin. A story
// is a conversation without turns.
//
// A question adds its own tokens only; those before it are in the cache. When there is no room for
// an answer, whole turns are left out, the oldest first. The first question that is left is then
// written again, since the system prompt is part of it, and whatever is equal to what the cache
// holds (the system prompt, as a rule) is not run again.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/status.h"
#include "llama/text/chat_format.h"
#include "llama/text/tokenizer.h"

namespace llama {

class Conversation {
 public:
  // Takes arena room ("prompt") for texts of `max_text_bytes`, system prompt and question together,
  // and for a conversation of `context` tokens. The tokenizer outlives the conversation.
  static base::Result<Conversation> create(const Tokenizer& tokenizer, uint32_t context,
                                           size_t max_text_bytes, base::Arena& arena);

  // As if nothing had been said.
  void forget();
  // The cache holds something else by now: all of it must be run again.
  void forget_cache() { cached_ = 0; }

  // Forgets everything and begins with this text. kInvalidArgument: it is not UTF-8; kOutOfRange:
  // it has more bytes or tokens than there is room for; nothing is left then.
  base::Status begin_text(std::string_view text);

  // Adds a question; turns that leave no room for it and an answer are dropped. Errors as
  // begin_text() and ChatFormat::question(); the conversation is as before then.
  base::Status ask(const ChatFormat& format, std::string_view system, std::string_view question);
  // Adds a token of the story or answer.
  void append(int32_t token);
  // Whether the newest token has a position in the context; if not, drops turns until it has. False
  // if there are none to drop.
  base::Result<bool> make_room(const ChatFormat& format, std::string_view system);
  // After ask(), if no answer was begun: as if nothing had been asked.
  void take_back_question();

  // All tokens, in their positions. Of a full context there may be one more, that has none.
  std::span<const int32_t> tokens() const { return ids_.first(count_); }
  // How many of them the cache holds, from the first on.
  uint32_t cached() const { return cached_; }
  void set_cached(uint32_t count) { cached_ = count; }

  uint32_t turns() const { return turn_count_; }
  // Turns dropped since this was last asked.
  uint32_t take_dropped();

 private:
  struct Turn {
    uint32_t start;
    uint32_t answer;  // where it begins
    ChatFormat::Question question;
  };

  base::Status check(std::string_view text) const;
  ChatFormat::Room room(std::span<int32_t> ids) const { return {text_, scratch_, ids}; }
  void close_answer(const ChatFormat& format);
  base::Status drop_oldest(const ChatFormat& format, std::string_view system);
  base::Status drop_until_room(const ChatFormat& format, std::string_view system);
  int32_t first_of_nothing() const;

  const Tokenizer* tokenizer_ = nullptr;
  uint32_t context_ = 0;
  size_t max_text_bytes_ = 0;
  std::span<char> text_;          // of a question, with its markers
  std::span<char> said_;          // of a question that is written again
  std::span<std::byte> scratch_;  // the tokenizer's
  std::span<int32_t> ids_;        // tokens
  std::span<int32_t> spare_;      // where they are put together again
  std::span<Turn> turn_room_;
  uint32_t count_ = 0;
  uint32_t cached_ = 0;
  uint32_t turn_count_ = 0;
  uint32_t dropped_ = 0;
  bool is_open_ = false;  // the last answer has no end yet
};

}  // namespace llama
