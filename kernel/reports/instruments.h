// What a machine can say about itself to code that measures: the board
// (kernel/board/board_instruments.h), a test's fake, or the host.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ticks.h"
#include "kernel/reports/memory_report.h"
#include "llama/profiler.h"

namespace kernel {

struct MachineFacts {
  std::string_view board;
  std::string_view version;  // of the program (base/version.h)
  uint64_t ram = 0;          // bytes, the firmware's among them
  uint32_t arm_hz = 0;       // 0: not known
  uint32_t core_hz = 0;      // 0: not known
};

struct Health {
  std::optional<int64_t> millicelsius;
  std::optional<uint32_t> throttled;  // pi::Mailbox::throttled()
  std::optional<uint32_t> arm_hz;     // measured now
};

// Since the start.
struct CardCounts {
  uint64_t reads = 0;  // commands, retries among them
  uint64_t retries = 0;
};

class Instruments {
 public:
  using EventNames = std::array<std::string_view, 2>;

  virtual base::TickSource& ticks() = 0;
  virtual MachineFacts facts() = 0;
  virtual Health health() = 0;
  virtual CardCounts card() = 0;

  // The core's event counters; null where they do not count. next_events() starts to count other
  // events and names them.
  virtual llama::EventCounters* events() = 0;
  virtual EventNames next_events() = 0;

  // All RAM except for Machine::memory(), and the stacks' high-water marks.
  virtual void list_memory(MemoryTable& table) = 0;

 protected:
  ~Instruments() = default;
};

}  // namespace kernel
