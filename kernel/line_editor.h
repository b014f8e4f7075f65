// One line of typing, echoed to any terminal: Backspace, Ctrl-U (drop the line), Ctrl-W (drop a
// word), Ctrl-C (drop the line and begin a new one), UTF-8 whole characters; cursor and function
// keys are passed over, and so is the Esc key alone.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/format.h"

namespace kernel {

class LineEditor {
 public:
  static constexpr size_t kMaxBytes = 2048;

  // `echo` outlives the editor.
  explicit LineEditor(base::TextSink& echo) : echo_(echo) {}

  // Takes one typed byte. True when it ended the line: line() then has it until the next feed().
  bool feed(char c);
  std::string_view line() const { return {bytes_.data(), size_}; }
  // True after Ctrl-C.
  bool was_cancelled() const { return cancelled_; }

 private:
  // Within an escape sequence (ECMA-48, 5.4): ESC [ parameters final, or ESC O key (xterm's
  // function and cursor keys).
  enum class Escape : unsigned char { kNone, kEscape, kSequence, kFunctionKey };

  bool is_part_of_escape(char c);
  bool end_line(bool cancelled);
  void drop_character();
  void insert(char c);

  base::TextSink& echo_;
  std::array<char, kMaxBytes> bytes_{};
  size_t size_ = 0;
  bool ended_ = false;
  bool cancelled_ = false;
  bool last_was_return_ = false;
  bool drops_character_ = false;  // the line was full when it began
  Escape escape_ = Escape::kNone;
};

}  // namespace kernel
