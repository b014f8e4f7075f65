// What a board is, as far as drivers and kernel/board must know: a board of the BCM2835's family is
// one constant of this type. No driver names an address, a pin or an interrupt by itself.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "libpi/bcm2835/act_led.h"
#include "libpi/bcm2835/bus.h"
#include "libpi/bcm2835/gpio.h"
#include "libpi/bcm2835/interrupts.h"
#include "libpi/bcm2835/system_timer.h"
#include "libpi/bcm2835/uart.h"
#include "libpi/core/memory_map.h"
#include "libpi/mmio.h"

namespace pi {

// A compare channel of the system timer, and the interrupt that it raises.
struct AlarmWiring {
  SystemTimer::Channel channel;
  Irq irq;
};

// A card slot's six pins: CLK, CMD, DAT0 to DAT3, one after the other.
struct CardWiring {
  static constexpr unsigned kPins = 6;

  MmioBase registers;  // of the EMMC controller
  unsigned first_pin;
  Gpio::Function function;
  // Six pins to which the same controller may be connected (a WiFi chip's): they become inputs.
  unsigned first_rival_pin;
};

struct DmaWiring {
  MmioBase registers;
  uint32_t usual_channels;                // for firmware that does not say which are free
  std::span<const uint8_t> for_the_card;  // the best first
};

struct BoardDescription {
  core::MemoryMap memory;
  Bus bus;
  // What the firmware reports in r1, and so does a boot loader.
  uint32_t machine_type;

  MmioBase system_timer;
  MmioBase interrupts;
  MmioBase mailbox;
  MmioBase power_manager;
  MmioBase gpio;
  DmaWiring dma;
  CardWiring card;
  UartWiring pl011;
  UartWiring mini_uart;
  LedWiring led;

  AlarmWiring idle_alarm;     // ends a sleep
  AlarmWiring counter_alarm;  // has the cycle counter read before it wraps

  uint32_t uart_clock_hz;          // what the PL011's reference clock is set to
  uint32_t fallback_core_hz;       // before a clock is known
  uint32_t fallback_memory_bytes;  // of the ARM, when the firmware does not answer
};

}  // namespace pi
