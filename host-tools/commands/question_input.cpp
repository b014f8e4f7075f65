#include "host-tools/commands/question_input.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "host-tools/support/failure.h"

namespace host {

QuestionInput::QuestionInput(Interrupts& interrupts)
    : interrupts_(interrupts),
      is_terminal_(::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1) {}

void QuestionInput::show_prompt() const {
  if (!is_terminal_) return;
  std::fputs("> ", stdout);
  std::fflush(stdout);
}

std::optional<std::string> QuestionInput::take_line() {
  const size_t end = typed_.find('\n');
  if (end == std::string::npos && !(is_at_end_ && !typed_.empty())) return std::nullopt;
  std::string line = typed_.substr(0, end);
  typed_.erase(0, end == std::string::npos ? end : end + 1);
  return line;
}

std::optional<std::string> QuestionInput::next() {
  show_prompt();
  for (;;) {
    if (auto line = take_line()) return line;
    if (is_at_end_) break;
    try {
      read_more();
    } catch (const Failure& failure) {
      if (!is_terminal_ || failure.exit_code() != 128 + SIGINT) throw;
      // The terminal has forgotten the line by itself.
      typed_.clear();
      std::fputs("\n", stdout);
      show_prompt();
    }
  }
  if (is_terminal_) std::fputs("\n", stdout);
  return std::nullopt;
}

// Waits for input or a signal.
void QuestionInput::read_more() {
  pollfd wait[] = {{STDIN_FILENO, POLLIN, 0}, {interrupts_.descriptor(), POLLIN, 0}};
  if (::poll(wait, 2, -1) < 0 && errno != EINTR) fail("standard input: {}", system_error());
  interrupts_.check();
  if (wait[0].revents == 0) return;
  char buffer[4096];
  const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
  if (count < 0) fail("standard input: {}", system_error());
  is_at_end_ = count == 0;
  typed_.append(buffer, static_cast<size_t>(count));
}

}  // namespace host
