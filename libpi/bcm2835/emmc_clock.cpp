#include "libpi/bcm2835/emmc_clock.h"

namespace pi {

// Counted comes first: firmware of September 2021 answers 0 to the question for the rate that was
// set, always (raspberrypi/firmware #1619).
base::Result<uint32_t> EmmcClock::rate() {
  const base::Result<uint32_t> counted = mailbox_.measured_clock_rate(Mailbox::ClockId::kEmmc);
  is_measured_ = counted.ok();
  // A count of 0 is an answer: the clock stands still, whatever it was set to.
  if (counted.status().code() != base::ErrorCode::kUnsupported) return counted;
  return mailbox_.clock_rate(Mailbox::ClockId::kEmmc);
}

base::Result<uint32_t> EmmcClock::start() {
  // The firmware booted from the card, so its supply is on; an answer that says otherwise will
  // show as a card that does not answer.
  static_cast<void>(mailbox_.power_on(Mailbox::PowerDevice::kSdCard));
  const base::Result<uint32_t> found = rate();
  // A firmware that does not answer at all says nothing of the clock.
  if (found.ok() || found.status().code() == base::ErrorCode::kTimeout) return found;
  const base::Result<uint32_t> set = mailbox_.set_clock_rate(Mailbox::ClockId::kEmmc, kWantedHz);
  const base::Result<uint32_t> now = rate();
  if (now.ok()) return now;
  if (set.ok() && now.status().code() == base::ErrorCode::kUnsupported) return set;
  return base::Status::error(base::ErrorCode::kUnsupported,
                             "the firmware does not run the EMMC's clock; use newer bootcode.bin, "
                             "start.elf and fixup.dat");
}

}  // namespace pi
