// The way to a board: a serial port, a Unix socket, or the standard streams of a program that
// emulates one. All are used alike, also when they go away and come back.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "host-tools/support/files.h"
#include "host-tools/support/interrupts.h"
#include "host-tools/support/subprocess.h"

namespace host {

class Port {
 public:
  using Milliseconds = std::chrono::milliseconds;
  static constexpr uint32_t kDefaultBaud = 115200;

  virtual ~Port() = default;
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  // As the user calls it: "/dev/ttyUSB0", "unix:/tmp/pi.sock", "the machine".
  const std::string& name() const { return name_; }
  // False once a read() or write() has found the other side gone, until reopen().
  bool is_open() const { return input_descriptor() >= 0; }

  // Waits at most `timeout` for the first byte, and returns how many came; 0 when none did, or when
  // the port was closed (is_open() tells).
  size_t read(std::span<char> buffer, Milliseconds timeout);
  // The same, up to 4096 bytes.
  std::string read(Milliseconds timeout);
  // Writes all, and reads meanwhile (for the next read()), so that two ends that write at once do
  // not wait for each other. False when the port was closed. Throws Failure when nothing at all
  // could be written for `patience`.
  bool write(std::string_view bytes, Milliseconds patience = std::chrono::seconds(10));
  // Waits until read() has something to give (true), `timeout` has passed, or the descriptor `also`
  // is readable. A closed port leaves the other two.
  bool wait(Milliseconds timeout, int also = -1);
  // Drops what has come and was not read.
  void discard_input();

  // Bits per second from now on, for both directions; call drain() before. False when the port
  // refuses, and its rate stays. What has no rate takes any.
  virtual bool set_baud(uint32_t baud);
  // Waits until all that was written is on the wire.
  virtual void drain() {}

  // Whether there are wires to a board, which may be wrong: see wiring_hint().
  virtual bool is_wired() const { return false; }

  // Whether, once closed, it may come back under the same name as the same thing.
  virtual bool may_return() const { return true; }
  // Opens it again by its name, at the rate it had. False when it is not there (yet).
  bool reopen();
  // reopen() again and again, up to `timeout`.
  bool await_return(Milliseconds timeout);

 protected:
  // `interrupts`, if given, outlives this; a signal then ends any wait with a Failure.
  Port(std::string name, Interrupts* interrupts)
      : name_(std::move(name)), interrupts_(interrupts) {}

  // Throws Failure: what is wrong, and what to do.
  virtual void open() = 0;
  virtual void close() = 0;
  // -1 when closed. They may be the same.
  virtual int input_descriptor() const = 0;
  virtual int output_descriptor() const = 0;
  // As read(2) and write(2) that do not block; kNothing when that would.
  static constexpr ssize_t kNothing = 0;
  static constexpr ssize_t kClosed = -1;
  virtual ssize_t read_now(std::span<char> buffer) = 0;
  virtual ssize_t write_now(std::string_view bytes) = 0;

 private:
  // Of poll(): what can be done now.
  struct Ready {
    bool input = false;
    bool output = false;
  };
  Ready poll(Milliseconds timeout, bool for_output, int also);
  void take_input();

  std::string name_;
  Interrupts* interrupts_;
  std::string pending_;  // read, not yet given away
};

// "unix:PATH" is a socket that a program listens on; anything else the file of a serial port or of
// a pseudo-terminal; an empty name means find_port(). Serial ports are ours alone. Throws Failure
// when it is missing, not permitted (names the group to join), taken (and by whom, if that can be
// seen), no port, or does not know the rate.
std::unique_ptr<Port> open_port(const std::string& name, uint32_t baud = Port::kDefaultBaud,
                                Interrupts* interrupts = nullptr);

// The standard streams of `process`, which outlives the port. It does not come back.
std::unique_ptr<Port> process_port(std::string name, Subprocess& process,
                                   Interrupts* interrupts = nullptr);

// The only USB adapter. Throws Failure when there is none, or lists them when there are several.
std::string find_port();

// How long a board may say nothing before wiring_hint() is worth reading: longer than one takes
// from power to its first line.
constexpr std::chrono::seconds kSilenceBeforeHint{5};
// What to look at when no byte comes from a board.
std::string wiring_hint(const Port& port);

}  // namespace host
