#include "kernel/console/line_editor.h"

#include <algorithm>

#include "kernel/console/character_width.h"

namespace kernel {
namespace {

constexpr char kStartOfHeading = 0x01;
constexpr char kBackspace = 0x08;
constexpr char kEscapeKey = 0x1b;
constexpr char kDelete = 0x7f;

constexpr char control(char letter) { return static_cast<char>(letter & 0x1f); }

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
  if (ended_) begin_line();
  // Terminals send Return as '\r', scripts send '\n', some send both: one line each way.
  const bool follows_return = last_was_return_ && c == '\n';
  last_was_return_ = c == '\r';
  if (follows_return) return false;

  if (is_part_of_escape(c)) return false;
  if (pending_size_ > 0 && !continues_character(c)) flush_pending();
  if (c == '\r' || c == '\n') return end_line(false);
  if (c == control('C')) return end_line(true);
  const auto code = static_cast<unsigned char>(c);
  if (code >= 0x20 && c != kDelete) {
    take_text(c);
  } else {
    take_control(c);
  }
  return false;
}

void LineEditor::pause() {
  if (!ended_ && size_ == 0 && pending_size_ == 0) is_silent_ = false;
}

void LineEditor::begin_line() {
  size_ = cursor_ = first_ = 0;
  drawn_ = column_ = 0;
  recalled_ = 0;
  ended_ = cancelled_ = is_silent_ = false;
}

bool LineEditor::end_line(bool cancelled) {
  cancelled_ = cancelled;
  ended_ = true;
  if (!is_silent_) {
    if (size_ > 0 && columns_of(line()) > kColumns) {
      // The terminal breaks it where it has to.
      step_back(column_);
      put(line());
    } else {
      move_to(size_);
    }
    put(cancelled ? "^C\n" : "\n");
    if (!cancelled) history_.add(line());
  }
  if (cancelled) size_ = 0;
  return true;
}

// ---- Keys

// Esc alone is a key, too: what is typed after it counts.
bool LineEditor::is_part_of_escape(char c) {
  switch (escape_) {
    case Escape::kNone:
      return false;
    case Escape::kEscape:
      escape_ = c == '[' ? Escape::kSequence : c == 'O' ? Escape::kFunctionKey : Escape::kNone;
      escape_number_ = 0;
      escape_number_ends_ = false;
      return escape_ != Escape::kNone;
    case Escape::kSequence:
      if (c >= ' ' && c < '@') {
        // The first number is the key, those after a ';' say what was held down.
        if (c == ';') escape_number_ends_ = true;
        if (c >= '0' && c <= '9' && !escape_number_ends_ && escape_number_ < 100) {
          escape_number_ = 10 * escape_number_ + static_cast<unsigned>(c - '0');
        }
        return true;
      }
      // Anything else ends it, and keys that were not part of a sequence count.
      escape_ = Escape::kNone;
      if (c < ' ' || c > '~') return false;
      take_sequence_key(c);
      return true;
    case Escape::kFunctionKey:
      escape_ = Escape::kNone;
      if (c >= 'A' && c <= 'H') {
        take_sequence_key(c);
        return true;
      }
      if (c >= 'P' && c <= 'S') return true;
      insert("O");
      return false;
  }
  return false;
}

// Cursor keys (ECMA-48, 8.3.19 to 8.3.22), and the numbered ones of the VT220.
void LineEditor::take_sequence_key(char final) {
  if (final == 'A') return take_control(control('P'));
  if (final == 'B') return take_control(control('N'));
  if (final == 'C') return take_control(control('F'));
  if (final == 'D') return take_control(control('B'));
  if (final == 'H') return move_to(0);
  if (final == 'F') return move_to(size_);
  if (final != '~') return;
  if (escape_number_ == 1 || escape_number_ == 7) return move_to(0);
  if (escape_number_ == 4 || escape_number_ == 8) return move_to(size_);
  if (escape_number_ == 3) return take_control(control('D'));
}

void LineEditor::take_control(char c) {
  switch (c) {
    case kStartOfHeading:  // Ctrl-A
      if (size_ == 0) is_silent_ = true;
      return move_to(0);
    case control('E'):
      return move_to(size_);
    case control('B'):
      return move_to(previous_character(line(), cursor_));
    case control('F'):
      return move_to(next_character(line(), cursor_));
    case control('P'):
      return recall(true);
    case control('N'):
      return recall(false);
    case kBackspace:
    case kDelete:
      return erase(previous_character(line(), cursor_), cursor_);
    case control('D'):
      return erase(cursor_, next_character(line(), cursor_));
    case control('K'):
      return erase(cursor_, size_);
    case control('U'):
      if (is_silent_) return begin_line();
      return erase(0, size_);
    case control('W'):
      return erase_word();
    case '\t':
      return insert(" ");
    case kEscapeKey:
      escape_ = Escape::kEscape;
      return;
    default:
      // The other control characters mean nothing here.
      return;
  }
}

// Collects a character's bytes, so that it goes into the line, and to the terminal, whole.
void LineEditor::take_text(char c) {
  pending_[pending_size_++] = c;
  if (pending_size_ >= character_bytes(pending_[0])) flush_pending();
}

void LineEditor::flush_pending() {
  const std::string_view character(pending_.data(), pending_size_);
  pending_size_ = 0;
  insert(character);
}

// ---- The line

void LineEditor::insert(std::string_view character) {
  if (size_ + character.size() > kMaxBytes) return put("\a");
  std::copy_backward(bytes_.begin() + cursor_, bytes_.begin() + size_,
                     bytes_.begin() + size_ + character.size());
  std::ranges::copy(character, bytes_.begin() + cursor_);
  size_ += character.size();
  const size_t changed = cursor_;
  cursor_ += character.size();
  refresh(changed);
}

void LineEditor::erase(size_t from, size_t to) {
  if (from == to) return;
  cursor_ = from;
  std::copy(bytes_.begin() + to, bytes_.begin() + size_, bytes_.begin() + from);
  size_ -= to - from;
  refresh(from);
}

void LineEditor::erase_word() {
  size_t from = cursor_;
  while (from > 0 && bytes_[from - 1] == ' ') --from;
  while (from > 0 && bytes_[from - 1] != ' ') --from;
  erase(from, cursor_);
}

void LineEditor::replace(std::string_view text) {
  std::ranges::copy(text, bytes_.begin());
  size_ = cursor_ = text.size();
  first_ = 0;
  follow_cursor();
  paint(first_);
}

void LineEditor::recall(bool earlier) {
  if (!earlier && recalled_ == 0) return;
  const size_t wanted = earlier ? recalled_ + 1 : recalled_ - 1;
  if (wanted == 0) {
    recalled_ = 0;
    return replace({draft_.data(), draft_size_});
  }
  const auto found = history_.line(wanted - 1);
  if (!found) return put("\a");
  if (recalled_ == 0) {
    std::ranges::copy(line(), draft_.begin());
    draft_size_ = size_;
  }
  recalled_ = wanted;
  replace(*found);
}

}  // namespace kernel
