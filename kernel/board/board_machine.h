// The Pi Zero as a console's machine.
#pragma once

#include <optional>

#include "kernel/board/board.h"
#include "kernel/board/board_bench.h"
#include "kernel/board/board_instruments.h"
#include "kernel/machine.h"
#include "libpi/fs/ram_disk.h"

namespace kernel {

class BoardMachine final : public Machine {
 public:
  explicit BoardMachine(Board& board) : board_(board), bench_(board), instruments_(board) {}

  base::Clock& clock() override { return board_.clock(); }
  Instruments& instruments() override { return instruments_; }
  base::TextSink& out() override { return board_.serial(); }
  void write_bytes(std::string_view bytes) override;
  bool try_read(char& c) override { return board_.serial().try_read(c); }
  pi::SerialLosses losses() override { return board_.serial().losses(); }
  void idle() override;
  base::Status set_baud(uint32_t baud) override { return board_.serial().set_baud(baud); }
  base::Result<pi::BlockDevice*> open_card() override;
  std::optional<pi::SdReport> card_report() override;
  std::span<std::byte> memory() override { return board_.free_memory(); }
  std::string_view command_line() override { return board_.command_line(); }
  bench::Board& bench_board() override { return bench_; }
  void show_activity(bool is_busy) override { board_.set_led(is_busy); }
  void reboot() override { board_.reboot(); }
  void power_off() override { board_.power_off(); }

 private:
  Board& board_;
  BoardBench bench_;
  BoardInstruments instruments_;
  std::optional<pi::RamDisk> ram_disk_;
  CardSlot* slot_ = nullptr;  // once it was used
};

}  // namespace kernel
