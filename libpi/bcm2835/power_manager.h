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

  // The longest watchdog time: 20 bits of 1/65536 s are 15.9 s.
  static constexpr uint64_t kLongestUs = 15'000'000;

  // Why the board started. A reboot is done by the watchdog and so counts as kWatchdog.
  ResetReason reset_reason();
  uint32_t reset_status();  // the register that holds it

  // Resets the board unless called again within `timeout_us` (CHECKed: up to kLongestUs).
  void start_watchdog(uint64_t timeout_us);
  void stop_watchdog();

  // In about 150 us the board starts again from its card; the caller waits for ever.
  void request_reboot();
  // The same, but the firmware then stops until the power is cut.
  void request_halt();

 private:
  void arm(uint32_t ticks);
  void request_reset(uint32_t partition_bits);

  const MmioBase base_;
};

}  // namespace pi
