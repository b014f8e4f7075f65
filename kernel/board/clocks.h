// The board's clocks: set to what they should be, and read back as they are.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/format.h"
#include "libpi/bcm2835/mailbox.h"

namespace kernel {

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

// Raises the ARM to its maximum, with which the core clock goes, and sets the UART's reference
// clock. Then reads all rates: what depends on them (dividers of UARTs and of the card) is
// programmed after this.
Clocks bring_up_clocks(pi::Mailbox& mailbox, base::Clock& clock);

// As it is now.
ClockReading read_clock(pi::Mailbox& mailbox, pi::Mailbox::ClockId id);

}  // namespace kernel
