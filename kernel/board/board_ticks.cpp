#include "kernel/board/board_ticks.h"

#include "libpi/arm1176/performance_monitor.h"

namespace kernel {
namespace {

using pi::arm1176::Event;

struct EventPair {
  Event events[2];
  BoardEvents::Names names;
};
// What goes together answers one question each: does the data come too late, is the code too large,
// are the tables of pages, does the core wait for its own results.
constexpr EventPair kPairs[] = {
    {{Event::kDataCacheMiss, Event::kDataDependencyStall}, {"data_cache_miss", "stall"}},
    {{Event::kInstruction, Event::kLoadStoreQueueFull}, {"instructions", "load_store_queue_full"}},
    {{Event::kInstructionCacheMiss, Event::kFetchStall}, {"instruction_cache_miss", "fetch_stall"}},
    {{Event::kMainTlbMiss, Event::kDataCacheWriteBack}, {"tlb_miss", "data_cache_write_back"}},
    {{Event::kBranch, Event::kBranchMispredict}, {"branch", "branch_mispredict"}},
};

}  // namespace

BoardTicks::BoardTicks(Board& board) : board_(board), counts_cycles_(board.cycles().counts()) {
  if (!counts_cycles_) return;
  if (board_.clocks().arm.hz != 0) hz_ = board_.clocks().arm.hz;
  board_.interrupts().attach(
      pi::Irq::kSystemTimer1,
      [](void* self) {
        auto& ticks = *static_cast<BoardTicks*>(self);
        ticks.board_.timer().clear_alarm(pi::SystemTimer::Channel::k1);
        (void)ticks.board_.cycles().cycles();
        ticks.set_alarm();
      },
      this);
  set_alarm();
}

void BoardTicks::set_alarm() { board_.timer().set_alarm(pi::SystemTimer::Channel::k1, kAlarmUs); }

BoardEvents::Names BoardEvents::next() {
  const EventPair& pair = kPairs[at_];
  at_ = (at_ + 1) % std::size(kPairs);
  pi::arm1176::select_events(pair.events[0], pair.events[1]);
  return pair.names;
}

llama::EventCounters::Pair BoardEvents::read() {
  return {pi::arm1176::read_event0(), pi::arm1176::read_event1()};
}

}  // namespace kernel
