// A bad serial line over real descriptors: stands between a board and a program that talks to it,
// and does to the bytes of each direction what LineFaults say.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "host-tools/support/files.h"
#include "tests/fakes/line_faults.h"

namespace fakes {

class FaultyLine {
 public:
  enum class End { kSocket, kTerminal };

  // `board`: a Unix socket that a program listens on, or a (pseudo-)terminal. `end` is what is made
  // for the laptop's side. Throws host::Failure when that can't be opened.
  FaultyLine(const std::string& board, const LineFaults& to_board, const LineFaults& to_laptop,
             End end = End::kSocket);
  FaultyLine(const FaultyLine&) = delete;
  FaultyLine& operator=(const FaultyLine&) = delete;
  ~FaultyLine();

  // For --port: "unix:PATH", or the terminal. One laptop at a time; the next may come when one has
  // gone.
  const std::string& port() const { return port_; }
  // Bytes in both directions, before what was done to them.
  uint64_t bytes() const { return bytes_; }

 private:
  struct Direction {
    explicit Direction(const LineFaults& faults) : line(faults) {}
    FaultyDirection line;
    std::string pending;  // what came, and was not passed on
    std::chrono::steady_clock::time_point held_until{};
  };

  void open_socket();
  void open_terminal();
  void run();
  // False when the other side is gone.
  bool take(const host::Descriptor& from, Direction& direction);
  void pass(Direction& direction, const host::Descriptor& to);

  host::TemporaryFolder folder_;
  std::string port_;
  host::Descriptor board_;
  host::Descriptor listener_;  // of a socket
  host::Descriptor laptop_;
  host::Descriptor terminal_;  // our own hold of the laptop's end, so that it is never hung up
  host::Descriptor stop_read_, stop_write_;
  Direction to_board_, to_laptop_;
  std::atomic<uint64_t> bytes_ = 0;
  std::thread thread_;
};

}  // namespace fakes
