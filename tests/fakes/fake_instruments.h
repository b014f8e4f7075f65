// What a fake machine says about itself: a clock of microseconds, 16 MiB of RAM, no health.
#pragma once

#include "kernel/reports/instruments.h"

namespace fakes {

class FakeInstruments final : public kernel::Instruments {
 public:
  static constexpr uint64_t kRam = 16 << 20;

  // `memory_bytes`: what the machine leaves to the model now.
  // Looking at the ticks takes no time.
  FakeInstruments(const uint64_t& time_us, const size_t& memory_bytes)
      : ticks_(time_us), memory_bytes_(memory_bytes) {}

  base::TickSource& ticks() override { return ticks_; }
  kernel::MachineFacts facts() override {
    return {.board = "fake \"Zero\"", .version = "1.2.3 (0123456789ab)", .ram = kRam};
  }
  kernel::Health health() override { return health_now; }
  kernel::CardCounts card() override { return {}; }
  bool counts_events = false;
  kernel::Health health_now = {.millicelsius = 45'500, .throttled = 0x50000, .arm_hz = {}};
  llama::EventCounters* events() override { return counts_events ? &events_ : nullptr; }
  EventNames next_events() override { return {"data_cache_miss", "stall"}; }
  void list_memory(kernel::MemoryTable& table) override {
    table.add("image", kernel::MemoryTable::Kind::kImage, 1 << 20);
    table.add("not used", kernel::MemoryTable::Kind::kFree, kRam - (1 << 20) - memory_bytes_);
    table.add_high("main", 4096, 1000);
  }

 private:
  struct Ticks final : base::TickSource {
    explicit Ticks(const uint64_t& given) : time_us(given) {}
    uint64_t now() override { return time_us; }
    uint64_t hz() override { return 1'000'000; }
    std::string_view name() const override { return "fake clock"; }
    const uint64_t& time_us;
  };

  struct Events final : llama::EventCounters {
    Pair read() override { return {++count, 2 * count}; }
    uint32_t count = 0;
  };

  Ticks ticks_;
  Events events_;
  const size_t& memory_bytes_;
};

}  // namespace fakes
