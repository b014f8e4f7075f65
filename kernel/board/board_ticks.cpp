#include "kernel/board/board_ticks.h"

#include "libpi/core/counters.h"

namespace kernel {

BoardTicks::BoardTicks(Board& board) : board_(board), counts_cycles_(board.cycles().counts()) {
  if (!counts_cycles_) return;
  if (board_.clocks().arm.hz != 0) hz_ = board_.clocks().arm.hz;
  board_.keep_cycles(kReadUs);
}

BoardEvents::Names BoardEvents::next() {
  const pi::core::EventPair& pair = pi::core::event_pairs()[at_];
  at_ = (at_ + 1) % pi::core::event_pairs().size();
  pi::core::select_events(pair);
  return pair.names;
}

llama::EventCounters::Pair BoardEvents::read() {
  return {pi::core::read_event0(), pi::core::read_event1()};
}

}  // namespace kernel
