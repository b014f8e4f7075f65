// Every wait for a device ends: `while (busy()) if (deadline.passed()) return timeout;`
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace pi {

class Deadline {
 public:
  Deadline(base::Clock& clock, uint64_t timeout_us)
      : clock_(clock), end_us_(clock.now_us() + timeout_us) {}

  bool passed() const { return clock_.now_us() >= end_us_; }

 private:
  base::Clock& clock_;
  uint64_t end_us_;
};

// Waits at least `us` microseconds. The clock may stand just before its next tick, hence the one
// that is added.
inline void delay_us(base::Clock& clock, uint64_t us) {
  const Deadline end(clock, us + 1);
  while (!end.passed()) {
  }
}

}  // namespace pi
