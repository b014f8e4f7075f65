// The core's cycle counter, made 64 bits wide. It follows the ARM's clock and so changes its pace
// with throttling; the system timer does not. The event counters are extended in the same way.
#pragma once

#include <atomic>
#include <cstdint>

namespace pi {

class CycleCounter {
 public:
  using ReadRaw = uint32_t (*)();

  // `read_raw` returns the 32-bit counter (core/counters.h).
  explicit CycleCounter(ReadRaw read_raw)
      : read_raw_(read_raw), halves_(read_raw() >> 31), start_(widened()) {}

  // Cycles since construction. Must be called at least once in 2^31 cycles, 2.1 s at 1 GHz, or
  // wraps are missed; a periodic interrupt may do so (Board::keep_cycles()), at any moment of
  // another call.
  uint64_t cycles() { return widened() - start_; }

  // Whether it counts at all: in emulators it always reads 0.
  bool counts() {
    const uint32_t first = read_raw_();
    // Two reads of one coprocessor register are at least a cycle apart.
    return read_raw_() != first;
  }

 private:
  // How many halves of its range the counter has gone through is one word, whose lowest bit is the
  // counter's highest unless it has just entered the next half. A caller that sees that stores the
  // same next number, so that an interrupt in between does no harm.
  uint64_t widened() {
    uint32_t halves = halves_.load(std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    const uint32_t raw = read_raw_();
    if ((halves & 1) != raw >> 31) halves_.store(++halves, std::memory_order_relaxed);
    return uint64_t{halves} << 31 | (raw & 0x7fffffff);
  }

  ReadRaw read_raw_;
  std::atomic<uint32_t> halves_;
  uint64_t start_;
};

}  // namespace pi
