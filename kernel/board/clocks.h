// The board's clocks: set to what they should be, and read back as they are.
#pragma once

#include <cstdint>
#include <optional>

#include "base/format.h"

namespace kernel {

struct Drivers;

struct ClockReading {
  enum class Source : uint8_t {
    kMeasured,     // the firmware has counted it
    kNominal,      // what the firmware was told to set; it does not measure
    kNotReported,  // hz is 0
  };
  uint32_t hz = 0;
  Source source = Source::kNotReported;
};

// "1000.0 MHz", "700.0 MHz (nominal)" or "not reported".
void print(base::TextSink& out, const ClockReading& reading);

struct Clocks {
  ClockReading arm;
  ClockReading core;
  ClockReading sdram;
  ClockReading emmc;
  ClockReading uart;
};

// Raises the ARM to its maximum, and with it the core clock, and sets the UART's reference clock.
// Then reads all rates: what depends on them (dividers of UARTs and of the card) is programmed
// after this.
Clocks bring_up_clocks(Drivers& drivers);

// The ARM's rate as the firmware counts it now; nothing when it does not.
std::optional<uint32_t> measure_arm_hz(Drivers& drivers);

}  // namespace kernel
