// The green LED of Zero and Zero W: GPIO 47, lit when the pin is low.
#pragma once

#include <cstdint>

#include "libpi/bcm2835/gpio.h"

namespace pi {

class ActLed {
 public:
  static constexpr unsigned kPin = 47;

  // Makes the pin an output; the LED is dark.
  explicit ActLed(Gpio& gpio) : gpio_(gpio) {
    set(false);
    gpio_.set_function(kPin, Gpio::Function::kOutput);
  }

  void set(bool lit) { gpio_.set_level(kPin, !lit); }

  // "Alive": two short flashes a second. To be called often with the time.
  void heartbeat(uint64_t now_us) {
    const uint64_t phase_ms = now_us / 1000 % 1000;
    set(phase_ms < 80 || (phase_ms >= 200 && phase_ms < 280));
  }

 private:
  Gpio& gpio_;
};

}  // namespace pi
