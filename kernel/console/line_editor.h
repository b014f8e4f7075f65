// One line of typing, edited at any terminal: it sends characters, spaces and backspaces, and no
// escape sequences, so that a terminal need only have 80 columns.
//
//   Backspace, Delete, Ctrl-D   drop a character      Left, Right, Ctrl-B, Ctrl-F   move
//   Ctrl-U, Ctrl-K              the line, its rest    Home, End, Ctrl-A, Ctrl-E     to its ends
//   Ctrl-W                      the word before       Up, Down, Ctrl-P, Ctrl-N      earlier lines
//   Ctrl-C                      drops the line and begins another
//
// Characters are whole UTF-8 characters with their marks, and wide ones take two columns. A line
// longer than the terminal is seen through a window that moves along with the cursor; when it ends,
// it is shown whole.
//
// A line that begins with SOH (0x01) comes from a program that has an editor of its own: nothing of
// it is echoed (docs/protocol.md).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/format.h"
#include "kernel/console/history.h"

namespace kernel {

class LineEditor {
 public:
  static constexpr size_t kMaxBytes = 2048;
  // Of the window: 80 less the prompt "> " and the last column, where terminals differ.
  static constexpr unsigned kColumns = 77;

  // `echo` outlives the editor.
  explicit LineEditor(base::TextSink& echo) : echo_(echo) {}

  // Takes one typed byte. True when it ended the line: line() then has it until the next feed().
  bool feed(char c);
  std::string_view line() const { return {bytes_.data(), size_}; }
  // True after Ctrl-C.
  bool was_cancelled() const { return cancelled_; }

  // To be told when nothing was typed for a tenth of a second: an SOH with nothing after it was
  // typed as Ctrl-A.
  void pause();

  // Earlier lines are those that ended, without cancelled and silent ones.
  void forget_history() { history_.clear(); }

 private:
  // Within an escape sequence (ECMA-48, 5.4): ESC [ parameters final, or ESC O key (xterm's
  // function and cursor keys).
  enum class Escape : unsigned char { kNone, kEscape, kSequence, kFunctionKey };

  void begin_line();
  bool end_line(bool cancelled);
  bool is_part_of_escape(char c);
  void take_sequence_key(char final);
  void take_control(char c);
  void take_text(char c);
  void flush_pending();
  void insert(std::string_view character);
  void erase(size_t from, size_t to);
  void erase_word();
  void replace(std::string_view text);
  void recall(bool earlier);

  void move_to(size_t at);
  void refresh(size_t changed);
  bool follow_cursor();
  bool is_mark(size_t at) const;
  void paint(size_t from);
  unsigned column_of(size_t at) const;
  void step_back(unsigned columns);
  void put(std::string_view text);

  base::TextSink& echo_;
  History history_;
  std::array<char, kMaxBytes> bytes_{};
  size_t size_ = 0;
  size_t cursor_ = 0;
  bool ended_ = false;
  bool cancelled_ = false;
  bool is_silent_ = false;
  bool last_was_return_ = false;

  // The first bytes of a character whose others are still to come.
  std::array<char, 4> pending_{};
  size_t pending_size_ = 0;

  Escape escape_ = Escape::kNone;
  unsigned escape_number_ = 0;  // the first parameter
  bool escape_number_ends_ = false;

  size_t recalled_ = 0;                  // which earlier line is shown, from 1; 0: the new one
  std::array<char, kMaxBytes> draft_{};  // the new line, while an earlier one is shown
  size_t draft_size_ = 0;

  // What the terminal shows: the window that begins with byte `first_`, `drawn_` columns of it; its
  // cursor is `column_` columns after the window's beginning.
  size_t first_ = 0;
  unsigned drawn_ = 0;
  unsigned column_ = 0;
};

}  // namespace kernel
