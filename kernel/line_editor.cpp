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

// By its first byte (Unicode 15, table 3-6).
constexpr size_t character_bytes(char first) {
  const auto code = static_cast<unsigned char>(first);
  return code >= 0xf0 ? 4 : code >= 0xe0 ? 3 : code >= 0xc0 ? 2 : 1;
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

  if (is_part_of_escape(c)) return false;
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

// Esc alone is a key, too: what is typed after it counts.
bool LineEditor::is_part_of_escape(char c) {
  switch (escape_) {
    case Escape::kNone:
      return false;
    case Escape::kEscape:
      escape_ = c == '[' ? Escape::kSequence : c == 'O' ? Escape::kFunctionKey : Escape::kNone;
      return escape_ != Escape::kNone;
    case Escape::kSequence:
      // Anything but a parameter ends it, and keys that were no part of one count.
      if (c < ' ' || c >= '@') escape_ = Escape::kNone;
      return c >= ' ' && c <= '~';
    case Escape::kFunctionKey:
      escape_ = Escape::kNone;
      if ((c >= 'A' && c <= 'H') || (c >= 'P' && c <= 'S')) return true;
      insert('O');
      return false;
  }
  return false;
}

bool LineEditor::end_line(bool cancelled) {
  if (cancelled) size_ = 0;
  cancelled_ = cancelled;
  drops_character_ = false;
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

// A character that does not fit is dropped with all of its bytes.
void LineEditor::insert(char c) {
  const bool continues = continues_character(c);
  if (!continues) drops_character_ = size_ + character_bytes(c) > kMaxBytes;
  if (drops_character_ || size_ == kMaxBytes) {
    if (!continues) echo_.write("\a");
    return;
  }
  bytes_[size_++] = c;
  echo_.write({&c, 1});
}

}  // namespace kernel
