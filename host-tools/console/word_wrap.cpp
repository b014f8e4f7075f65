#include "host-tools/console/word_wrap.h"

#include <algorithm>
#include <utility>

#include "host-tools/console/character_columns.h"
#include "host-tools/support/failure.h"

namespace host {

namespace {

// VT100, and ECMA-48, 5.4.
constexpr char kEscape = '\x1b';
constexpr std::string_view kSaveCursor =
    "\x1b"
    "7";
constexpr std::string_view kRestoreCursor =
    "\x1b"
    "8";

// Of the escape sequence or the character that `text` begins with; 0 when a part is missing.
size_t first_bytes(std::string_view text) {
  if (text[0] == kEscape) {
    if (text.size() < 2) return 0;
    if (text[1] != '[') return 2;
    const auto end = std::find_if(text.begin() + 2, text.end(), [](char c) { return c >= '@'; });
    return end == text.end() ? 0 : static_cast<size_t>(end - text.begin()) + 1;
  }
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  for (size_t i = 1; i < bytes; ++i) {
    if (i == text.size()) return 0;
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return i;
  }
  return bytes;
}

}  // namespace

std::string WordWrap::feed(std::string_view text, size_t columns) {
  // A terminal may have moved its lines: a word that is shown may stand elsewhere by now.
  if (columns != columns_) forget_word();
  columns_ = columns;
  held_ += text;
  size_t done = 0;
  while (done < held_.size()) {
    const std::string_view rest = std::string_view(held_).substr(done);
    const size_t bytes = first_bytes(rest);
    if (bytes == 0) break;
    take(rest.substr(0, bytes));
    done += bytes;
  }
  held_.erase(0, done);
  return std::exchange(shown_, {});
}

std::string WordWrap::finish() { return std::exchange(held_, {}); }

void WordWrap::forget_word() {
  line_.word.clear();
  line_.word_columns = 0;
}

void WordWrap::take(std::string_view character) {
  const char first = character[0];
  const bool was_after_line_feed = std::exchange(is_after_line_feed_, first == '\n');
  if (first == kEscape) {
    is_after_line_feed_ = was_after_line_feed;
    return take_escape(character);
  }
  if (is_elsewhere_) {
    shown_ += character;
  } else if (first == '\n' || first == '\r') {
    shown_ += character;
    line_before_ = std::exchange(line_, {});
  } else if (first == '\b') {
    shown_ += character;
    if (line_.at > 0) --line_.at;
    forget_word();
  } else {
    take_printable(character);
  }
}

// The kernel shows how far a long pass is in a row below the text, and comes back to the column
// that it left by a line feed (kernel/console/pass_monitor.cpp): the terminal here makes that the
// first.
void WordWrap::take_escape(std::string_view sequence) {
  if (sequence == kSaveCursor) {
    if (is_after_line_feed_) {
      line_ = line_before_;
      shown_ += text("\x1b[{}G", line_.at + 1);
    }
    is_elsewhere_ = true;
  } else if (sequence == kRestoreCursor) {
    is_elsewhere_ = false;
  }
  is_after_line_feed_ = false;
  shown_ += sequence;
}

// The last column stays empty: where the cursor is after it differs among terminals.
void WordWrap::take_printable(std::string_view character) {
  constexpr size_t kTab = 8;
  const size_t limit = std::max<size_t>(columns_, 2) - 1;
  const bool is_blank = character == " " || character == "\t";
  if (line_.breaks_next && !is_blank) {
    shown_ += '\n';
    begin_line();
  }
  const size_t width = character == "\t" ? kTab - line_.at % kTab : columns_of(character);
  if (is_blank) {
    forget_word();
    // At the end of a line a blank is the line's end, if anything follows.
    line_.breaks_next = line_.breaks_next || line_.at + width > limit;
    if (line_.breaks_next) return;
  } else {
    if (line_.at + width > limit) break_line();
    line_.word += character;
    line_.word_columns += width;
  }
  shown_ += character;
  line_.at += width;
}

// The word goes on in the next line, unless it has this one to itself.
void WordWrap::break_line() {
  if (line_.word_columns == line_.at) {
    shown_ += '\n';
    begin_line();
    return;
  }
  if (line_.word_columns > 0) shown_ += text("\x1b[{}D\x1b[K", line_.word_columns);
  shown_ += '\n' + line_.word;
  line_.at = line_.word_columns;
}

}  // namespace host
