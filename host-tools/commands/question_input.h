// What a person types, or a program pipes in, to talk with a model: line by line.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>

#include "host-tools/console/keys.h"
#include "host-tools/console/line_input.h"
#include "host-tools/console/terminal.h"
#include "host-tools/support/interrupts.h"

namespace host {

// At a terminal, lines are edited as in the console of a board (console/line_input.h), with the
// same history, and keys that come between two lines are kept for the next one.
class QuestionInput {
 public:
  // `interrupts` outlives it.
  explicit QuestionInput(Interrupts& interrupts);

  // Whether a person sits at standard input and output: then each line has a prompt.
  bool is_terminal() const { return terminal_.has_value(); }

  // The next line of standard input without its end; nothing after the last one, nor after Ctrl-D
  // in an empty line or Ctrl-]. Ctrl-C drops what was typed of a line. Throws Failure when a signal
  // asks the program to end.
  std::optional<std::string> next();

  // Between two lines, at a terminal: whether Ctrl-C or Esc has been typed.
  bool wants_stop();

 private:
  using Clock = std::chrono::steady_clock;

  struct Terminal {
    Terminal();

    RawTerminal raw;
    LineInput line;
    Keys keys;
    std::deque<std::string> early;  // keys that no line has got yet
    Clock::time_point last_read{};
  };

  std::optional<std::string> next_piped();
  std::optional<std::string> next_typed();
  std::optional<std::string> take_line();
  void take_key(const std::string& key);
  void gather_keys();
  bool wait(int timeout_ms);
  std::string read_more();

  Interrupts& interrupts_;
  std::optional<Terminal> terminal_;
  std::string piped_;
  std::optional<std::string> line_;
  bool is_at_end_ = false;
};

}  // namespace host
