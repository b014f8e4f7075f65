// The clock that a controller of SD cards makes the card's own clock of.
#pragma once

#include <cstdint>

#include "base/status.h"

namespace pi {

class SdBaseClock {
 public:
  // Makes it run and returns its rate in Hz, above 0, which may be another one each time. Before
  // the controller is reset: without this clock no reset ends.
  virtual base::Result<uint32_t> start() = 0;

 protected:
  ~SdBaseClock() = default;
};

}  // namespace pi
