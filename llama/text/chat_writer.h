// How a chat format writes a question: text and tokens in turn, into the caller's room. Internal to
// llama/text/chat_format.cpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "llama/text/chat_format.h"

namespace llama {

// Text and tokens one after the other; text between two tokens is encoded as one.
class ChatFormat::Writer {
 public:
  Writer(const Tokenizer& tokenizer, const Room& room) : tokenizer_(tokenizer), room_(room) {}

  void text(std::string_view piece) {
    if (text_bytes_ == 0 && !piece.empty() && tokenizer_.vocabulary().has_space_before_text()) {
      ++shown_;
    }
    if (piece.size() > room_.text.size() - text_bytes_) {
      status_ = base::Status::error(base::ErrorCode::kOutOfRange,
                                    "system prompt and question have more than {} bytes together",
                                    room_.text.size() - kMarkerBytes);
      return;
    }
    std::ranges::copy(piece, room_.text.begin() + static_cast<ptrdiff_t>(text_bytes_));
    text_bytes_ += piece.size();
    shown_ += static_cast<uint32_t>(piece.size());
  }

  void token(int32_t id) {
    flush();
    if (tokens_ < room_.ids.size()) room_.ids[tokens_] = id;
    ++tokens_;
  }

  // Bytes so far.
  uint32_t shown() const { return shown_; }

  base::Result<uint32_t> finish() {
    flush();
    TRY(status_);
    return static_cast<uint32_t>(tokens_);
  }

 private:
  void flush() {
    const std::string_view segment(room_.text.data(), text_bytes_);
    text_bytes_ = 0;
    if (segment.empty() || !status_.ok()) return;
    base::Arena arena(room_.scratch);
    const size_t taken = std::min(tokens_, room_.ids.size());
    const auto ids = tokenizer_.encode(segment, AddBos::kNo, arena, room_.ids.subspan(taken),
                                       {.follows_token = tokens_ > 0});
    if (ids.ok()) {
      tokens_ += ids->size();
    } else if (ids.status().code() == base::ErrorCode::kOutOfRange) {
      tokens_ += static_cast<size_t>(ids.status().number(0));
    } else {
      status_ = ids.status();
    }
  }

  const Tokenizer& tokenizer_;
  const Room& room_;
  size_t text_bytes_ = 0;
  size_t tokens_ = 0;
  uint32_t shown_ = 0;
  base::Status status_;
};

}  // namespace llama
