// The system timer: 64 bits of microseconds since the board was switched on, at 1 MHz whatever the
// ARM's clock does (BCM2835 ARM Peripherals, chapter 12), and compare channels that interrupt.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "libpi/mmio.h"

namespace pi {

class SystemTimer final : public base::Clock {
 public:
  explicit SystemTimer(MmioBase registers) : base_(registers) {}

  // The firmware keeps compare channels 0 and 2 for itself.
  enum class Channel : uint8_t { k1 = 1, k3 = 3 };

  uint64_t now_us() override;

  // Raises the channel's interrupt in `in_us` microseconds, at most 2^32-1 from now (CHECKed) and
  // at least two, since the comparison is for equality.
  void set_alarm(Channel channel, uint64_t in_us);
  // In the handler of the interrupt: withdraws it.
  void clear_alarm(Channel channel);

 private:
  const MmioBase base_;
};

}  // namespace pi
