// The board as a whole: brings up clocks, serial line, LED, timer and interrupts, learns what it
// runs on, and owns the drivers' instances (drivers.h). What it shows to others is the same on
// every board.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/format.h"
#include "kernel/board/boot_tags.h"
#include "kernel/board/card_slot.h"
#include "kernel/board/clocks.h"
#include "libpi/board_revision.h"
#include "libpi/core/boot.h"
#include "libpi/cycle_counter.h"
#include "libpi/serial.h"

namespace kernel {

struct Drivers;

class Board {
 public:
  struct Options {
    // Whether the serial line is the mini UART instead of the PL011, by the command line; null: it
    // never is.
    bool (*wants_mini_uart)(std::string_view command_line) = nullptr;
    uint32_t baud = 115200;
    // Reboots, whatever the program is doing, when a laptop calls for the boot loader
    // (libpi/push/magic.h).
    bool obeys_loader_magic = true;
  };

  // Brings the board up; once (CHECKed). From here on interrupts are on, and panics go to the
  // serial line. Lives in static storage, forever.
  static Board& start(const pi::core::BootArguments& arguments, const Options& options);

  pi::Serial& serial() { return *serial_; }
  // Microseconds since the board was switched on.
  base::Clock& clock();
  pi::CycleCounter& cycles() { return cycles_; }
  // The SD card's; it is set up by the first call.
  CardSlot& card_slot();
  Drivers& drivers() { return drivers_; }

  const Clocks& clocks() const { return clocks_; }
  const std::optional<pi::BoardRevision>& revision() const { return revision_; }
  // From the tag list, or, when there is a device tree instead of one, from the firmware.
  std::string_view command_line() const { return command_line_; }

  // Bytes of RAM that the firmware leaves to the ARM, from address 0.
  uint32_t arm_memory_bytes() const { return arm_memory_bytes_; }
  // What the firmware or a boot loader has placed in RAM for us, if it is in the ARM's memory.
  std::span<const std::byte> ram_disk() const { return ram_disk_; }
  // Unused RAM: the larger piece of what is above the image, next to the RAM disk. Aligned to
  // Arena::kAlignment.
  std::span<std::byte> free_memory() const { return free_memory_; }

  // As they are now; nothing when the firmware does not tell.
  std::optional<uint32_t> temperature_millicelsius();
  // pi::Mailbox::throttled().
  std::optional<uint32_t> throttled();
  // Measured, not what was set.
  std::optional<uint32_t> arm_hz();

  void set_led(bool lit);
  // "Alive": two short flashes a second. Must be called often.
  void heartbeat();

  // Sleeps until an interrupt comes, a received character's say, at most `us`. Does not sleep
  // while the serial line has characters that were not read.
  void idle(uint64_t us);

  // Has the cycle counter read by an interrupt each `us`, so that it misses no wrap
  // while the program waits (libpi/cycle_counter.h). Once.
  void keep_cycles(uint64_t us);

  // Sends what is still in the serial line, and then resets the board, or stops it until the power
  // is cut. Both take a moment, in which the caller waits.
  void reboot();
  void power_off();

  // The way into another image, at pi::core::kImageAddress, which finds the serial line at `baud`;
  // the card slot has been stopped before.
  [[noreturn]] void enter_image(std::span<const uint32_t> tags, uint32_t baud);

  // The first lines of the console: what this board is, and how it runs.
  void print_banner(base::TextSink& out);

 private:
  Board(Drivers& drivers, const pi::core::BootArguments& arguments, const Options& options);

  void start_serial(const Options& options);
  std::string_view find_command_line();
  void divide_memory();

  Drivers& drivers_;
  pi::CycleCounter cycles_;
  Clocks clocks_;
  BootTags tags_;
  std::string_view command_line_;
  std::array<char, 1024> firmware_command_line_;
  std::optional<pi::BoardRevision> revision_;
  uint32_t arm_memory_bytes_ = 0;
  std::span<const std::byte> ram_disk_;
  std::span<std::byte> free_memory_;
  pi::Serial* serial_ = nullptr;
  std::optional<CardSlot> card_slot_;
  uint64_t keep_cycles_us_ = 0;
};

}  // namespace kernel
