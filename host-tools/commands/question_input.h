// What a person types, or a program pipes in, to talk with a model: line by line.
#pragma once

#include <optional>
#include <string>

#include "host-tools/support/interrupts.h"

namespace host {

class QuestionInput {
 public:
  // `interrupts` outlives it.
  explicit QuestionInput(Interrupts& interrupts);

  // Whether a person sits at standard input and output: then each line has a prompt.
  bool is_terminal() const { return is_terminal_; }

  // The next line of standard input without its end; nothing after the last one (Ctrl-D). At a
  // terminal Ctrl-C gives up what was typed of a line, as in a shell. Throws Failure when a signal
  // asks the program to end.
  std::optional<std::string> next();

 private:
  std::optional<std::string> take_line();
  void read_more();
  void show_prompt() const;

  Interrupts& interrupts_;
  bool is_terminal_;
  std::string typed_;
  bool is_at_end_ = false;
};

}  // namespace host
