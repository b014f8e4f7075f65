// The clock that the EMMC controller divides (BCM2835 ARM Peripherals, chapter 5). It is the
// firmware's: which rate it has, and whether it runs at all, differs from release to release
// (200 MHz since March 2018, raspberrypi/firmware #953, 250 before), and it may hang on the core's
// PLL, whose rate changes (raspberrypi/linux #415). So it is never assumed.
#pragma once

#include <cstdint>

#include "base/status.h"
#include "libpi/bcm2835/mailbox.h"
#include "libpi/sd_base_clock.h"

namespace pi {

class EmmcClock final : public SdBaseClock {
 public:
  // What a clock that stands still is set to, as the firmware itself does now: divided by 4 and 8
  // it is what a card's two speeds allow.
  static constexpr uint32_t kWantedHz = 200'000'000;

  // `mailbox` outlives it.
  explicit EmmcClock(Mailbox& mailbox) : mailbox_(mailbox) {}

  // Switches the card's power domain on, which comes first: a clock that is asked for earlier may
  // stand still (U-Boot, bcm2835_get_mmc_clock). Asks for the rate as it is counted, or, of
  // firmware that does not count (and QEMU), as it was set; sets a clock that stands still, and
  // asks again. kUnsupported: the firmware neither tells nor sets it; kTimeout: it does not answer.
  base::Result<uint32_t> start() override;

  // Whether the rate that start() gave last was counted by the firmware.
  bool is_measured() const { return is_measured_; }

 private:
  base::Result<uint32_t> rate();

  Mailbox& mailbox_;
  bool is_measured_ = false;
};

}  // namespace pi
