#include "host-tools/commands/question_input.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "host-tools/support/failure.h"
#include "host-tools/support/text_input.h"

namespace host {

QuestionInput::Terminal::Terminal() : raw(RawTerminal::Output::kText), line("> ", history_path()) {}

QuestionInput::QuestionInput(Interrupts& interrupts) : interrupts_(interrupts) {
  if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1) terminal_.emplace();
}

std::optional<std::string> QuestionInput::next() {
  return is_terminal() ? next_typed() : next_piped();
}

// ---- From a program

std::optional<std::string> QuestionInput::next_piped() {
  constexpr int kForever = -1;
  while (true) {
    if (auto line = take_line()) return line;
    if (is_at_end_) return std::nullopt;
    if (wait(kForever)) piped_ += read_more();
  }
}

std::optional<std::string> QuestionInput::take_line() {
  const size_t end = piped_.find('\n');
  if (end == std::string::npos && !(is_at_end_ && !piped_.empty())) return std::nullopt;
  std::string line = clean_line(piped_.substr(0, end), "standard input");
  piped_.erase(0, end == std::string::npos ? end : end + 1);
  return line;
}

// ---- From a person

std::optional<std::string> QuestionInput::next_typed() {
  line_.reset();
  terminal_->line.begin();
  while (!line_ && !is_at_end_) {
    if (terminal_->early.empty()) {
      wait(terminal_->keys.has_begun_key() ? static_cast<int>(Keys::kPatience.count()) : -1);
      gather_keys();
      continue;
    }
    const std::string key = terminal_->early.front();
    terminal_->early.pop_front();
    take_key(key);
  }
  return std::exchange(line_, {});
}

void QuestionInput::take_key(const std::string& key) {
  LineInput& line = terminal_->line;
  if (key[0] == kLeaveKey || (key[0] == kControlD && line.is_empty())) {
    is_at_end_ = true;
    line.drop();
    std::fputs("\n", stdout);
  } else if (key[0] == kControlC) {
    line.drop();
    std::fputs("^C\n", stdout);
    std::fflush(stdout);
    line.begin();
  } else if (key.size() > 1 || key[0] != kEscapeKey) {
    line_ = line.type(key);
  }
}

bool QuestionInput::wants_stop() {
  if (!is_terminal()) return false;
  const size_t known = terminal_->early.size();
  gather_keys();
  for (size_t i = known; i < terminal_->early.size(); ++i) {
    const std::string& key = terminal_->early[i];
    if (key[0] != kControlC && (key.size() > 1 || key[0] != kEscapeKey)) continue;
    terminal_->early.erase(terminal_->early.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  return false;
}

// What has come, without waiting.
void QuestionInput::gather_keys() {
  if (wait(0)) {
    terminal_->keys.feed(read_more());
    terminal_->last_read = Clock::now();
  }
  const bool is_quiet = is_at_end_ || Clock::now() - terminal_->last_read >= Keys::kPatience;
  while (auto key = terminal_->keys.next(is_quiet)) terminal_->early.push_back(*key);
}

// ---- Both

// Whether there is something to read, or the end.
bool QuestionInput::wait(int timeout_ms) {
  pollfd wait[] = {{STDIN_FILENO, POLLIN, 0}, {interrupts_.descriptor(), POLLIN, 0}};
  if (::poll(wait, 2, timeout_ms) < 0 && errno != EINTR) {
    fail("standard input: {}", system_error());
  }
  interrupts_.check();
  return wait[0].revents != 0;
}

std::string QuestionInput::read_more() {
  char buffer[4096];
  const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
  if (count < 0) fail("standard input: {}", system_error());
  is_at_end_ = count == 0;
  return {buffer, static_cast<size_t>(count)};
}

}  // namespace host
