#include "libpi/bcm2835/power_manager.h"

#include "libpi/mmio.h"
#include "libpi/peripheral_access.h"

namespace pi {
namespace {

// A write without the password is ignored.
constexpr uint32_t kPassword = 0x5a;

struct Rstc : Register<Rstc, 0x1c, Access::kReadWrite> {
  using Password = Field<Rstc, 24, 8>;
  using Configuration = Field<Rstc, 4, 2>;  // 2: full reset when the watchdog runs out
};
struct Rsts : Register<Rsts, 0x20, Access::kReadWrite> {
  using Password = Field<Rsts, 24, 8>;
  using WatchdogFullReset = Field<Rsts, 5, 1, bool>;
  using PowerOnReset = Field<Rsts, 12, 1, bool>;
};
struct Wdog : Register<Wdog, 0x24, Access::kReadWrite> {
  using Password = Field<Wdog, 24, 8>;
  using Time = Field<Wdog, 0, 20>;  // in 1/65536 s
};

constexpr uint32_t kFullReset = 2;
constexpr uint32_t kRebootTicks = 10;  // 10 / 65536 s = 153 us
// The firmware's boot partition is spread over bits 0, 2, 4, 6, 8 and 10 of RSTS: partition 0 is
// the usual one, 63 means "halt".
constexpr uint32_t kPartitionBits = 0x555;

}  // namespace

std::string_view to_text(ResetReason reason) {
  switch (reason) {
    case ResetReason::kPowerOn:
      return "power on";
    case ResetReason::kWatchdog:
      return "watchdog or reboot";
    case ResetReason::kUnknown:
      break;
  }
  return "not reported";
}

ResetReason PowerManager::reset_reason() {
  const PeripheralAccess access;
  const Value<Rsts> status = Rsts::read(base_);
  // The power-on bit stays through later resets, so the watchdog's is looked at first.
  if (status.get<Rsts::WatchdogFullReset>()) return ResetReason::kWatchdog;
  if (status.get<Rsts::PowerOnReset>()) return ResetReason::kPowerOn;
  return ResetReason::kUnknown;
}

void PowerManager::arm(uint32_t ticks) {
  Wdog::set(base_, Wdog::Password{kPassword}, Wdog::Time{ticks});
  Rstc::update(base_, Rstc::Password{kPassword}, Rstc::Configuration{kFullReset});
}

void PowerManager::request_reboot() { request_reset(0); }

void PowerManager::request_halt() { request_reset(kPartitionBits); }

void PowerManager::request_reset(uint32_t partition_bits) {
  const PeripheralAccess access;
  const uint32_t status = Rsts::read(base_).raw & ~(kPartitionBits | Rsts::Password::kMask);
  Rsts::write(base_, {kPassword << 24 | status | partition_bits});
  arm(kRebootTicks);
}

}  // namespace pi
