// The board's finest clock, for the profiler: the core's cycle counter where it counts, the system
// timer where it does not (QEMU).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/ticks.h"
#include "kernel/board/board.h"
#include "llama/profiler.h"

namespace kernel {

class BoardTicks final : public base::TickSource {
 public:
  // Has the board keep the cycle counter, so that no wrap is missed in a long wait.
  explicit BoardTicks(Board& board);

  uint64_t now() override { return counts_cycles_ ? cycles_.cycles() : timer_.now_us(); }
  uint64_t hz() override { return hz_; }
  std::string_view name() const override {
    return counts_cycles_ ? "cycle counter" : "system timer";
  }
  bool counts_cycles() const { return counts_cycles_; }

 private:
  // Twice in the 2^31 cycles that the counter may stay unread, at the Pi's 1 GHz.
  static constexpr uint64_t kReadUs = 1'000'000;

  // Kept, since the profiler reads one of them twice per scope.
  pi::CycleCounter& cycles_;
  base::Clock& timer_;
  bool counts_cycles_;
  uint64_t hz_ = 1'000'000;
};

// The core's two event counters. There are more events than counters: each answer has the next
// pair.
class BoardEvents final : public llama::EventCounters {
 public:
  using Names = std::array<std::string_view, 2>;

  // Starts to count the next pair of events; the cycle counter goes on.
  Names next();
  Pair read() override;

 private:
  size_t at_ = 0;
};

}  // namespace kernel
