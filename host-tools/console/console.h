// The console of a board: on a terminal for a person, without one for a script.
//
// For a person, lines are edited here (line_input.h) while the board waits at its prompt, and sent
// when they are whole, without an echo from the board. While the board is busy, its text streams
// undisturbed: Ctrl-C and Esc go to it at once, other keys are kept for the next prompt, and a
// Return alone is passed on, to get a prompt from a board whose last one was lost. At the prompt
// Ctrl-C goes to the board, too, and drops the line here. Ctrl-] leaves at any time, Ctrl-D at an
// empty line.
//
// Where standard output is not a terminal, and with `raw`, every key but Ctrl-] goes to the board.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host-tools/console/board_line.h"
#include "host-tools/console/console_script.h"
#include "host-tools/serial/port.h"
#include "host-tools/support/failure.h"

namespace host {

struct ConsoleOptions {
  std::vector<ScriptStep> steps;  // none: for a person, or lines of standard input
  std::optional<double> timeout_s;
  std::string log;     // files; empty: none
  std::string record;  //
  bool raw = false;
  // For a caller that starts the board or has set it up: see BoardLine::Settings.
  bool knocks = true;
  bool asks_for_records = true;  // if there is `record`

  bool is_script() const { return !steps.empty(); }
};

// Exit codes of a console, beside 0 and those of every command (2: wrong options, 128 + signal).
constexpr int kDidNotCome = 1;
constexpr int kConsoleFailed = 3;

// Runs until the person leaves, the script is done, or the port is closed for good; a port that is
// unplugged is waited for. Throws Failure: kDidNotCome when a script's step did not come in time,
// kConsoleFailed for all else.
void run_console(Port& port, const ConsoleOptions& options);

// Failures of what `work` does get the exit code kConsoleFailed, unless they have one of their own.
template <typename Work>
auto with_console_exit_codes(const Work& work) {
  try {
    return work();
  } catch (const Failure& failure) {
    if (failure.exit_code() != 1) throw;
    throw Failure(failure.what(), kConsoleFailed);
  }
}

}  // namespace host
