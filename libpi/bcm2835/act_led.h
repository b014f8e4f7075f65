// The green LED, which the board's programs use to show that they are running.
#pragma once

#include <cstdint>

#include "libpi/bcm2835/gpio.h"

namespace pi {

struct LedWiring {
  unsigned pin;
  bool lit_when_high;
};

class ActLed {
 public:
  // Makes the pin an output; the LED is dark.
  ActLed(const LedWiring& wiring, Gpio& gpio) : wiring_(wiring), gpio_(gpio) {
    set(false);
    gpio_.set_function(wiring_.pin, Gpio::Function::kOutput);
  }

  void set(bool lit) { gpio_.set_level(wiring_.pin, lit == wiring_.lit_when_high); }

  // "Alive": two short flashes a second. Must be called often, with the time.
  void heartbeat(uint64_t now_us) {
    const uint64_t phase_ms = now_us / 1000 % 1000;
    set(phase_ms < 80 || (phase_ms >= 200 && phase_ms < 280));
  }

 private:
  const LedWiring wiring_;
  Gpio& gpio_;
};

}  // namespace pi
