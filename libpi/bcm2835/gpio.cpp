#include "libpi/bcm2835/gpio.h"

#include "base/check.h"
#include "libpi/deadline.h"
#include "libpi/mmio.h"
#include "libpi/peripheral_access.h"

namespace pi {
namespace {

// BCM2835 ARM Peripherals 6.1. The registers of a kind follow each other: those below are the first
// of their kind, reached from a base that is moved by whole registers.
struct Gpfsel : Register<Gpfsel, 0x00, Access::kReadWrite> {};  // ten pins, three bits each
struct Gpset : Register<Gpset, 0x1c, Access::kWrite> {};        // 32 pins, one bit each
struct Gpclr : Register<Gpclr, 0x28, Access::kWrite> {};
struct Gppud : Register<Gppud, 0x94, Access::kReadWrite> {
  using Pud = Field<Gppud, 0, 2, Gpio::Pull>;
};
struct Gppudclk : Register<Gppudclk, 0x98, Access::kReadWrite> {};

constexpr MmioBase nth(MmioBase base, uint32_t index) {
  return {base.address + index * static_cast<uint32_t>(sizeof(uint32_t))};
}

constexpr uint32_t bit(unsigned pin) { return uint32_t{1} << pin % 32; }

// 6.1, GPPUDCLKn: 150 cycles to set the signal up and 150 to hold it. The manual does not say of
// which clock; at the slowest one, the crystal's 19.2 MHz, they are 7.8 us.
constexpr uint64_t kPullSetupUs = 8;

}  // namespace

void Gpio::set_function(unsigned pin, Function function) {
  CHECK(pin < kPins);
  const PeripheralAccess access;
  const MmioBase base = nth(base_, pin / 10);
  const unsigned shift = pin % 10 * 3;
  const uint32_t others = Gpfsel::read(base).raw & ~(uint32_t{7} << shift);
  Gpfsel::write(base, {others | static_cast<uint32_t>(function) << shift});
}

Gpio::Function Gpio::function(unsigned pin) {
  CHECK(pin < kPins);
  const PeripheralAccess access;
  return static_cast<Function>(Gpfsel::read(nth(base_, pin / 10)).raw >> pin % 10 * 3 & 7);
}

void Gpio::set_pull(unsigned pin, Pull pull) {
  CHECK(pin < kPins);
  const MmioBase clock_base = nth(base_, pin / 32);
  {
    const PeripheralAccess access;
    Gppud::set(base_, Gppud::Pud{pull});
  }
  delay_us(clock_, kPullSetupUs);
  {
    const PeripheralAccess access;
    Gppudclk::write(clock_base, {bit(pin)});
  }
  delay_us(clock_, kPullSetupUs);
  const PeripheralAccess access;
  Gppud::set(base_, Gppud::Pud{Pull::kNone});
  Gppudclk::write(clock_base, {0});
}

void Gpio::set_level(unsigned pin, bool high) {
  CHECK(pin < kPins);
  const PeripheralAccess access;
  if (high) {
    Gpset::write(nth(base_, pin / 32), {bit(pin)});
  } else {
    Gpclr::write(nth(base_, pin / 32), {bit(pin)});
  }
}

}  // namespace pi
