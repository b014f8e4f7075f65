// A program at a real terminal: a pseudo-terminal whose other end is the test.
#pragma once

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

// A program that believes it is at a terminal. It is killed at the end, if it still runs.
class TerminalProgram {
 public:
  // `environment` is added to ours.
  explicit TerminalProgram(
      std::vector<std::string> command,
      const std::vector<std::pair<std::string, std::string>>& environment = {}) {
    int screen = -1;
    int keyboard = -1;
    if (::openpty(&screen, &keyboard, nullptr, nullptr, nullptr) != 0) {
      fail("openpty: {}", system_error());
    }
    ours_ = Descriptor(screen);
    theirs_ = Descriptor(keyboard);
    std::vector<char*> arguments;
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    process_ = ::fork();
    if (process_ < 0) fail("fork: {}", system_error());
    if (process_ == 0) {
      ::close(screen);
      for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
      if (::login_tty(keyboard) == 0) ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
  }
  TerminalProgram(const TerminalProgram&) = delete;
  TerminalProgram& operator=(const TerminalProgram&) = delete;
  ~TerminalProgram() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

  void type(std::string_view keys) {
    if (::write(ours_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
      fail("typing: {}", system_error());
    }
  }
  // Waits until `text` shows, after what earlier calls waited for; returns all up to it.
  std::string expect(std::string_view text) {
    while (true) {
      const size_t found = screen_.find(text, seen_);
      if (found != std::string::npos) {
        const size_t begin = seen_;
        seen_ = found + text.size();
        return screen_.substr(begin, seen_ - begin);
      }
      if (!read_more(30'000)) fail("\"{}\" did not show. --- screen:\n{}", text, screen_);
    }
  }

  void signal(int number) { ::kill(process_, number); }
  // Waits for the program's end: its exit code.
  int wait() {
    for (int i = 0; i < 3000; ++i) {
      read_more(10);
      int status = 0;
      if (::waitpid(process_, &status, WNOHANG) == process_) {
        process_ = -1;
        while (read_more(0)) {
        }
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      }
    }
    fail("the program does not end. --- screen:\n{}", screen_);
  }

  // Whether lines are gathered and echoed, as a shell leaves its terminal.
  bool is_line_terminal() const {
    termios settings{};
    if (::tcgetattr(theirs_.get(), &settings) != 0) fail("tcgetattr: {}", system_error());
    return (settings.c_lflag & ICANON) != 0 && (settings.c_lflag & ECHO) != 0 &&
           (settings.c_lflag & ISIG) != 0 && (settings.c_iflag & ICRNL) != 0;
  }
  const std::string& screen() const { return screen_; }

 private:
  bool read_more(int timeout_ms) {
    pollfd wait = {ours_.get(), POLLIN, 0};
    char buffer[1024];
    if (::poll(&wait, 1, timeout_ms) <= 0) return false;
    const ssize_t count = ::read(ours_.get(), buffer, sizeof buffer);
    if (count <= 0) return false;
    screen_.append(buffer, static_cast<size_t>(count));
    return true;
  }

  Descriptor ours_;
  Descriptor theirs_;  // stays open, so that what the program did to the terminal can be seen
  pid_t process_ = -1;
  std::string screen_;
  size_t seen_ = 0;
};

}  // namespace host
