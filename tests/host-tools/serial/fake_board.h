// A board at the other end of a serial port: a pseudo-terminal that is called by a link, as an
// adapter is by /dev/serial/by-id, and can be unplugged and plugged in again.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

class FakeBoard {
 public:
  explicit FakeBoard(std::filesystem::path port) : port_(std::move(port)) { plug(); }
  FakeBoard(const FakeBoard&) = delete;
  FakeBoard& operator=(const FakeBoard&) = delete;
  ~FakeBoard() { unplug(); }

  // What it answers to a line; to others a new prompt. Set before lines come.
  std::map<std::string, std::string> answers;
  // Sends each byte on its own.
  bool is_slow = false;

  std::string port() const { return port_; }
  // All that was typed, as it came.
  std::string received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }
  void say(std::string_view bytes) {
    while (!bytes.empty()) {
      const size_t piece = is_slow ? 1 : bytes.size();
      const ssize_t count = ::write(ours_.get(), bytes.data(), piece);
      if (count <= 0) fail("the board's end: {}", system_error());
      bytes.remove_prefix(static_cast<size_t>(count));
      if (is_slow) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  void await(std::string_view bytes) {
    for (int i = 0; i < 2000 && received().find(bytes) == std::string::npos; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    if (received().find(bytes) == std::string::npos) fail("not received: {}", bytes);
  }

  void plug() {
    int board = -1;
    int laptop = -1;
    termios raw{};
    ::cfmakeraw(&raw);
    char name[64];
    if (::openpty(&board, &laptop, name, &raw, nullptr) != 0) fail("openpty: {}", system_error());
    ours_ = Descriptor(board);
    theirs_ = Descriptor(laptop);
    // In another program they would keep it plugged in.
    for (const int end : {board, laptop}) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    std::filesystem::create_symlink(name, port_);
    is_running_ = true;
    thread_ = std::thread([this] { work(); });
  }
  void unplug() {
    if (!is_running_) return;
    is_running_ = false;
    thread_.join();
    std::filesystem::remove(port_);
    theirs_.close();
    ours_.close();
  }

 private:
  void work() {
    std::string line;
    while (is_running_) {
      pollfd wait = {ours_.get(), POLLIN, 0};
      char byte;
      if (::poll(&wait, 1, 20) <= 0 || ::read(ours_.get(), &byte, 1) != 1) continue;
      {
        const std::lock_guard lock(mutex_);
        received_ += byte;
      }
      if (byte == '\x03') say("^C\r\n> ");
      if (byte == '\x15' || byte == '\x03') line.clear();
      if (byte == '\r') answer(std::exchange(line, {}));
      if (static_cast<unsigned char>(byte) >= 0x20) line += byte;
    }
  }
  void answer(const std::string& line) {
    const auto found = answers.find(line);
    say(found == answers.end() ? "\r\n> " : found->second);
  }

  std::filesystem::path port_;
  Descriptor ours_, theirs_;
  std::mutex mutex_;
  std::string received_;
  std::atomic<bool> is_running_ = false;
  std::thread thread_;
};

}  // namespace host
