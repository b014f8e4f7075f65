// A Raspberry Pi Zero in QEMU (machine raspi0), with its serial console in our hands.
//
// The kernel image is put where the firmware of a board puts it (0x8000), with a list of ATAGs at
// 0x100. The card image is only read: what the machine writes to it is dropped.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host-tools/emulator/atags.h"
#include "host-tools/serial/port.h"
#include "host-tools/support/files.h"
#include "host-tools/support/interrupts.h"
#include "host-tools/support/subprocess.h"

namespace host {

// A path as it stands in QEMU's option strings: absolute, and each comma twice.
std::string qemu_path(const std::filesystem::path& path);

struct EmulatorOptions {
  std::filesystem::path kernel;  // a raw image linked for 0x8000
  std::filesystem::path card;    // empty: no card in the slot
  Settings settings;             // over those of the card
  // One instruction per nanosecond, the same in every run, and idle time skipped: slower, but
  // exact.
  bool counts_instructions = false;
  // Where the console leads: "" into our hands, "unix:PATH" to a socket that listens there, "pty"
  // to a pseudo-terminal. serial_port() says which. What the machine sends while no program is
  // connected is lost.
  std::string serial;
  // A reset restarts the machine, with the images as they were. Otherwise it ends the machine.
  bool reboots = false;
  std::vector<std::string> extra_arguments;  // for QEMU, at the end
};

class Emulator {
 public:
  using Milliseconds = std::chrono::milliseconds;

  // Starts the machine. Throws Failure when QEMU is not installed or an image cannot be used.
  // `interrupts`, if given, outlives this; a signal then ends any wait with a Failure.
  explicit Emulator(const EmulatorOptions& options, Interrupts* interrupts = nullptr);

  // What the console sends next: waits at most `timeout` for the first byte. Empty when nothing
  // came, or when the machine ended (is_running() tells).
  std::string read(Milliseconds timeout);
  // Types. The machine takes the bytes at its own pace.
  void write(std::string_view bytes);
  // Waits until `text` has come after what earlier calls of expect() took, and returns all up to
  // its end. Throws Failure with the whole log when it does not come in time or the machine ends.
  std::string expect(std::string_view text, Milliseconds timeout);

  // False once the machine has switched itself off, was reset, or QEMU failed.
  bool is_running() const { return !exit_code_.has_value(); }
  // Of QEMU, once it no longer runs.
  std::optional<int> exit_code() const { return exit_code_; }
  // All that the console has sent.
  const std::string& log() const { return log_; }
  // The name that others open the console by, unless it is in our hands. Throws Failure when QEMU
  // does not make it.
  std::string serial_port();
  // What QEMU itself had to say.
  std::string qemu_messages();
  // The console alone, for a caller that reads it directly: log() and expect() then see nothing of
  // it, and read() has to find the end.
  Port& port() { return *port_; }

 private:
  static std::vector<std::string> make_command(const EmulatorOptions& options,
                                               const std::filesystem::path& folder);
  TemporaryFolder folder_;  // the list of ATAGs
  std::optional<Subprocess> qemu_;
  std::unique_ptr<Port> port_;
  std::optional<int> exit_code_;
  std::string serial_;
  std::string log_;
  std::string qemu_messages_;
  size_t expected_up_to_ = 0;  // in log_
};

}  // namespace host
