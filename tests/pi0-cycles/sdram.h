// The memory that all misses share: a latency, and a rate at which lines follow each other.
#pragma once

#include <algorithm>
#include <cstdint>

#include "tests/pi0-cycles/settings.h"

namespace pi0 {

class Sdram {
 public:
  explicit Sdram(const Settings& settings)
      // 10^9 cycles per second, in thousandths, for 10^6 bytes of bandwidth each.
      : thousandths_per_byte_(1'000'000 / settings.bandwidth_mb_s),
        latency_(settings.latency_cycles) {}

  // When the first word of a read that is asked for at `now` arrives.
  uint64_t read(uint64_t now, uint32_t bytes) { return reserve(now, bytes) + latency_; }
  // When a write that is handed over at `now` has been taken.
  uint64_t write(uint64_t now, uint32_t bytes) {
    reserve(now, bytes);
    return (free_at_ + 999) / 1000;
  }

 private:
  uint64_t reserve(uint64_t now, uint32_t bytes) {
    const uint64_t start = std::max(now * 1000, free_at_);
    free_at_ = start + bytes * thousandths_per_byte_;
    return (start + 999) / 1000;
  }

  uint64_t thousandths_per_byte_;
  uint64_t latency_;
  uint64_t free_at_ = 0;  // in thousandths of a cycle
};

}  // namespace pi0
