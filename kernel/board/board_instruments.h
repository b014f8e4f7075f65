// What the board says about itself.
#pragma once

#include "kernel/board/board.h"
#include "kernel/board/board_ticks.h"
#include "kernel/reports/instruments.h"

namespace kernel {

class BoardInstruments final : public Instruments {
 public:
  explicit BoardInstruments(Board& board) : board_(board), ticks_(board) {}

  // Whose reads are counted, once it is in use; outlives the instruments.
  void set_card(const CardSlot& card) { card_ = &card; }

  base::TickSource& ticks() override { return ticks_; }
  MachineFacts facts() override;
  Health health() override;
  CardCounts card() override;
  llama::EventCounters* events() override { return ticks_.counts_cycles() ? &events_ : nullptr; }
  EventNames next_events() override { return events_.next(); }
  void list_memory(MemoryTable& table) override;

 private:
  uint64_t ram_bytes() const;

  Board& board_;
  BoardTicks ticks_;
  BoardEvents events_;
  const CardSlot* card_ = nullptr;
};

}  // namespace kernel
