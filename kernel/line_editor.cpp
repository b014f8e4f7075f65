#include "kernel/line_editor.h"

namespace kernel {
namespace {

constexpr char kControlC = 0x03;
constexpr char kBackspace = 0x08;
constexpr char kControlU = 0x15;
constexpr char kControlW = 0x17;
constexpr char kEscapeKey = 0x1b;
constexpr char kDelete = 0x7f;

constexpr bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

}  // namespace

bool LineEditor::feed(char c) {
  if (ended_) {
    size_ = 0;
    ended_ = false;
    cancelled_ = false;
  }
  // Terminals send Return as '\r', scripts send '\n', some send both: one line each way.
  const bool follows_return = last_was_return_ && c == '\n';
  last_was_return_ = c == '\r';
  if (follows_return) return false;

  if (escape_ == Escape::kEscape) {
    escape_ = c == '[' || c == 'O' ? Escape::kSequence : Escape::kNone;
    return false;
  }
  if (escape_ == Escape::kSequence) {
    if (c >= '@' && c <= '~') escape_ = Escape::kNone;
    return false;
  }
  switch (c) {
    case '\r':
    case '\n':
      return end_line(false);
    case kControlC:
      return end_line(true);
    case kBackspace:
    case kDelete:
      drop_character();
      return false;
    case kControlU:
      while (size_ > 0) drop_character();
      return false;
    case kControlW:
      while (size_ > 0 && bytes_[size_ - 1] == ' ') drop_character();
      while (size_ > 0 && bytes_[size_ - 1] != ' ') drop_character();
      return false;
    case kEscapeKey:
      escape_ = Escape::kEscape;
      return false;
    case '\t':
      insert(' ');
      return false;
    default:
      // The other control characters mean nothing here.
      if (static_cast<unsigned char>(c) >= 0x20) insert(c);
      return false;
  }
}

bool LineEditor::end_line(bool cancelled) {
  if (cancelled) size_ = 0;
  cancelled_ = cancelled;
  ended_ = true;
  echo_.write(cancelled ? "^C\n" : "\n");
  return true;
}

// A character of several bytes takes one place on the screen, as far as this editor knows.
void LineEditor::drop_character() {
  if (size_ == 0) return;
  do {
    --size_;
  } while (size_ > 0 && continues_character(bytes_[size_]));
  echo_.write("\b \b");
}

void LineEditor::insert(char c) {
  if (size_ == kMaxBytes) {
    echo_.write("\a");
    return;
  }
  bytes_[size_++] = c;
  echo_.write({&c, 1});
}

}  // namespace kernel
