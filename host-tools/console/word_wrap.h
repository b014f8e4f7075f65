// Text for a terminal, with line ends between words rather than within them.
//
// Text comes in pieces, and each piece is shown at once; a word that turns out not to fit into its
// line is taken back and written again in the next one. Nothing but what a screen shows passes
// through here: files, pipes and the wire have the text as it is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace host {

class WordWrap {
 public:
  // What the terminal has to show for the next piece, at its present width.
  std::string feed(std::string_view text, size_t columns);
  // At the end: a character of which a part was missing.
  std::string finish();
  // Something else has put the cursor into the first column.
  void begin_line() { line_ = {}; }

 private:
  struct Line {
    size_t at = 0;     // the cursor's column
    std::string word;  // what is shown of the last word
    size_t word_columns = 0;
    bool breaks_next = false;  // a blank stood where the line ends
  };

  void take(std::string_view character);
  void take_escape(std::string_view sequence);
  void take_printable(std::string_view character);
  void break_line();
  void forget_word();

  std::string shown_;  // of this feed()
  size_t columns_ = 0;
  Line line_;
  Line line_before_;  // the last line feed
  bool is_after_line_feed_ = false;
  bool is_elsewhere_ = false;  // between ESC 7 and ESC 8, in a row of the kernel's own
  std::string held_;           // of a character, or of an escape sequence
};

}  // namespace host
