// Reset and watchdog. Not in the manual; registers as in Linux's bcm2835_wdt.c.
#pragma once

#include <cstdint>
#include <string_view>

#include "libpi/mmio.h"

namespace pi {

enum class ResetReason : uint8_t { kPowerOn, kWatchdog, kUnknown };
std::string_view to_text(ResetReason reason);

class PowerManager {
 public:
  explicit PowerManager(MmioBase registers) : base_(registers) {}

  // Why the board started. A reboot is done by the watchdog and so counts as kWatchdog.
  ResetReason reset_reason();

  // In about 150 us the board starts again from its card; the caller waits forever.
  void request_reboot();
  // The same, but the firmware then stops until the power is cut.
  void request_halt();

 private:
  void arm(uint32_t ticks);
  void request_reset(uint32_t partition_bits);

  const MmioBase base_;
};

}  // namespace pi
