// The pins: what each one does, its level, its pull (BCM2835 ARM Peripherals, chapter 6).
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "libpi/mmio.h"

namespace pi {

class Gpio {
 public:
  static constexpr unsigned kPins = 54;

  // The values of the GPFSEL fields (Table 6-2). Which peripheral an alternative is: Table 6-31.
  enum class Function : uint8_t {
    kInput = 0,
    kOutput = 1,
    kAlt0 = 4,
    kAlt1 = 5,
    kAlt2 = 6,
    kAlt3 = 7,
    kAlt4 = 3,
    kAlt5 = 2,
  };
  enum class Pull : uint8_t { kNone = 0, kDown = 1, kUp = 2 };  // the values of GPPUD

  // `clock` outlives the driver; it times the pull-up sequence.
  Gpio(MmioBase registers, base::Clock& clock) : base_(registers), clock_(clock) {}

  // `pin` is a GPIO number below kPins (CHECKed) in each of these.
  void set_function(unsigned pin, Function function);
  Function function(unsigned pin);
  void set_pull(unsigned pin, Pull pull);
  void set_level(unsigned pin, bool high);

 private:
  const MmioBase base_;
  base::Clock& clock_;
};

}  // namespace pi
