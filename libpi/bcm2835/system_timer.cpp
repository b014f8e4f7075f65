#include "libpi/bcm2835/system_timer.h"

#include <algorithm>

#include "base/check.h"
#include "libpi/peripheral_access.h"

namespace pi {
namespace {

// BCM2835 ARM Peripherals, 12.1.
struct Cs : Register<Cs, 0x00, Access::kReadWrite> {  // matched channels; write 1 to clear
  using Matched = Field<Cs, 0, 4>;
};
struct Clo : Register<Clo, 0x04, Access::kRead> {};
struct Chi : Register<Chi, 0x08, Access::kRead> {};
struct C1 : Register<C1, 0x10, Access::kReadWrite> {};
struct C3 : Register<C3, 0x18, Access::kReadWrite> {};

constexpr uint64_t kLongestAlarm = UINT32_MAX;
// The comparison is for equality: a time that has gone by when it is written comes 71 minutes late.
// Writing takes well below a microsecond; two are never missed.
constexpr uint64_t kShortestAlarm = 2;

}  // namespace

uint64_t SystemTimer::now_us() {
  const PeripheralAccess access;
  // The low half may wrap between the two reads: the high half tells, and is stable for 71 minutes
  // after that.
  uint32_t high = Chi::read(base_).raw;
  uint32_t low = Clo::read(base_).raw;
  const uint32_t high_again = Chi::read(base_).raw;
  if (high_again != high) {
    high = high_again;
    low = Clo::read(base_).raw;
  }
  return static_cast<uint64_t>(high) << 32 | low;
}

void SystemTimer::set_alarm(Channel channel, uint64_t in_us) {
  CHECK(in_us <= kLongestAlarm);
  const PeripheralAccess access;
  const uint32_t mine = uint32_t{1} << static_cast<unsigned>(channel);
  Cs::set(base_, Cs::Matched{mine});
  for (uint64_t wait = std::max(in_us, kShortestAlarm);; wait = std::min(2 * wait, kLongestAlarm)) {
    const uint32_t begin = Clo::read(base_).raw;
    const uint32_t at = begin + static_cast<uint32_t>(wait);
    if (channel == Channel::k1) {
      C1::write(base_, {at});
    } else {
      C3::write(base_, {at});
    }
    // Something may have taken that long on the way (an interrupt, an emulator's host): the alarm
    // must not be missed.
    if (Clo::read(base_).raw - begin < wait) return;
    if ((Cs::read(base_).get<Cs::Matched>() & mine) != 0) return;
  }
}

void SystemTimer::clear_alarm(Channel channel) {
  const PeripheralAccess access;
  Cs::set(base_, Cs::Matched{uint32_t{1} << static_cast<unsigned>(channel)});
}

}  // namespace pi
