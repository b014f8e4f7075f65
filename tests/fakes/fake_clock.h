// Time that passes only when it is looked at, one microsecond per look.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace pi {

class FakeClock final : public base::Clock {
 public:
  uint64_t now_us() override { return time_us++; }

  uint64_t time_us = 1000;
};

}  // namespace pi
