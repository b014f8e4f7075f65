// The core's cycle counter, made 64 bits wide. It follows the ARM's clock and so changes its pace
// with throttling; the system timer does not.
#pragma once

#include <cstdint>

namespace pi {

class CycleCounter {
 public:
  using ReadRaw = uint32_t (*)();

  // `read_raw` returns the 32-bit counter (arm1176/performance_monitor.h).
  explicit CycleCounter(ReadRaw read_raw) : read_raw_(read_raw), last_(read_raw()) {}

  // Cycles since construction. To be called at least once in 2^32 cycles, 4.29 s at 1 GHz, or
  // wraps are missed. Not from interrupt handlers.
  uint64_t cycles() {
    const uint32_t now = read_raw_();
    total_ += now - last_;  // modulo 2^32
    last_ = now;
    return total_;
  }

  // Whether it counts at all: emulators read 0 for ever.
  bool counts() {
    const uint32_t first = read_raw_();
    // Two reads of one coprocessor register are at least a cycle apart.
    return read_raw_() != first;
  }

 private:
  ReadRaw read_raw_;
  uint32_t last_;
  uint64_t total_ = 0;
};

}  // namespace pi
