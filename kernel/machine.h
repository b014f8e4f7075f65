// What model and console need of the computer that they run on: the board
// (kernel/board/board_machine.h), or a test's fake.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/format.h"
#include "base/status.h"
#include "kernel/bench/board.h"
#include "kernel/reports/instruments.h"
#include "libpi/fs/block_device.h"
#include "libpi/sd_report.h"
#include "libpi/serial.h"

namespace kernel {

class Machine {
 public:
  virtual base::Clock& clock() = 0;

  // What it knows of its time, memory and health.
  virtual Instruments& instruments() = 0;

  // The console. out() is for people and ends lines as terminals want it; write_bytes() is for text
  // that a program takes as it is.
  virtual base::TextSink& out() = 0;
  virtual void write_bytes(std::string_view bytes) = 0;
  // The next typed character, if there is one; does not wait.
  virtual bool try_read(char& c) = 0;
  // What the console's line lost since start.
  virtual pi::SerialLosses losses() = 0;
  // Waits until something is typed, but only a little while.
  virtual void idle() = 0;
  // kInvalidArgument if the line cannot be that fast; then the speed stays.
  virtual base::Status set_baud(uint32_t baud) = 0;

  // Finds the card, or the disk in memory that stands in for it, and describes it on out(). May be
  // called again, for another card.
  virtual base::Result<pi::BlockDevice*> open_card() = 0;

  // What the card is and how its reads went; nothing before open_card(), or with a disk in memory.
  virtual std::optional<pi::SdReport> card_report() = 0;

  // Memory for the model and its state, aligned for an arena.
  virtual std::span<std::byte> memory() = 0;
  // "barellama.KEY=VALUE" words (kernel/settings/command_line.h).
  virtual std::string_view command_line() = 0;

  virtual bench::Board& bench_board() = 0;

  virtual void show_activity(bool is_busy) = 0;
  virtual void reboot() = 0;
  virtual void power_off() = 0;

 protected:
  ~Machine() = default;
};

}  // namespace kernel
