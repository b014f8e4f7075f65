// The drivers' instances, and the description of the board that they drive. Only this folder, and
// tests of the drivers on the board, see it: other code includes board.h.
#pragma once

#include <optional>

#include "libpi/bcm2835/act_led.h"
#include "libpi/bcm2835/emmc_clock.h"
#include "libpi/bcm2835/gpio.h"
#include "libpi/bcm2835/interrupts.h"
#include "libpi/bcm2835/mailbox.h"
#include "libpi/bcm2835/power_manager.h"
#include "libpi/bcm2835/system_timer.h"
#include "libpi/bcm2835/uart_mini.h"
#include "libpi/bcm2835/uart_pl011.h"
#include "libpi/boards/pi_zero.h"

namespace kernel {

// The board that this kernel is for.
inline constexpr const pi::BoardDescription& kDescription = pi::kPiZero;

struct Drivers {
  pi::SystemTimer timer{kDescription.system_timer};
  pi::Gpio gpio{kDescription.gpio, timer};
  pi::ActLed led{kDescription.led, gpio};
  pi::Interrupts interrupts{kDescription.interrupts};
  pi::Mailbox mailbox{kDescription.mailbox, kDescription.bus, timer};
  pi::EmmcClock emmc_clock{mailbox};
  pi::PowerManager power{kDescription.power_manager};
  std::optional<pi::UartPl011> pl011;
  std::optional<pi::UartMini> mini_uart;
};

}  // namespace kernel
