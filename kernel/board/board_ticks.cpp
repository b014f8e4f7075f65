#include "kernel/board/board_ticks.h"

#include "libpi/core/counters.h"

namespace kernel {

BoardTicks::BoardTicks(Board& board)
    : cycles_(board.cycles()), timer_(board.clock()), counts_cycles_(board.cycles().counts()) {
  if (!counts_cycles_) return;
  if (board.clocks().arm.hz != 0) hz_ = board.clocks().arm.hz;
  board.keep_cycles(kReadUs);
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
