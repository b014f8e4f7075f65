// The Raspberry Pi Zero and Zero W: a BCM2835 with 512 MiB of memory on top. Chapters are those of
// BCM2835 ARM Peripherals, interrupts those of its Table 7.5; what the manual leaves out is from
// Linux (bcm2835.dtsi, bcm2835_wdt.c).
#pragma once

#include "libpi/boards/description.h"

namespace pi {

namespace pi_zero {

// Where the firmware of a Zero W sends the PL011, for Bluetooth.
inline constexpr uint8_t kBluetoothPins[] = {32, 33};
// 4 and 5 first; never LITE channels (7 to 14: 4.5, at most 65535 bytes at half the speed), nor 1,
// 3, 6 and 15, which firmware uses whatever it says (Linux: brcm,bcm2835-dma.txt).
inline constexpr uint8_t kCardChannels[] = {4, 5, 2, 0};

}  // namespace pi_zero

inline constexpr BoardDescription kPiZero = {
    .memory = {.peripherals = 0x20000000,
               .peripheral_bytes = 16 << 20,
               .most_ram_bytes = 512u << 20},
    // 1.2.3. Memory by the alias that is coherent with the GPU's L2 cache, through which the ARM
    // goes by default on this board (Linux: dma-ranges); 0xc0000000 would bypass data that is still
    // in L2.
    .bus = {.peripherals = 0x20000000,
            .device_peripherals = 0x7e000000,
            .memory_alias = 0x40000000},
    .machine_type = 0xc42,  // BCM2708

    .system_timer = {0x20003000},   // chapter 12
    .interrupts = {0x2000b000},     // chapter 7; registers from + 0x200
    .mailbox = {0x2000b880},        // mailbox 0: VideoCore to ARM
    .power_manager = {0x20100000},  // reset and watchdog
    .gpio = {0x20200000},           // chapter 6
    // Chapter 4; channel n at + n * 0x100. The usual channels are those that Linux uses.
    .dma = {.registers = {0x20007000},
            .usual_channels = 0x7f35,
            .for_the_card = pi_zero::kCardChannels},
    // Chapter 5. GPIO 34-39 go to the Zero W's WiFi chip, where the firmware or an earlier kernel
    // may have left the controller (circle: addon/SDCard/emmc.cpp).
    .card = {.registers = {0x20300000},
             .first_pin = 48,
             .function = Gpio::Function::kAlt3,
             .first_rival_pin = 34},
    // Chapter 13. GPIO 14 sends and 15 receives: pins 8 and 10 of the header.
    .pl011 = {.registers = {0x20201000},
              .irq = Irq{57},
              .transmit_pin = 14,
              .receive_pin = 15,
              .function = Gpio::Function::kAlt0,
              .rival_pins = pi_zero::kBluetoothPins},
    // Chapter 2; the mini UART's own registers from + 0x40. The interrupt is the SPIs', too.
    .mini_uart = {.registers = {0x20215000},
                  .irq = Irq{29},
                  .transmit_pin = 14,
                  .receive_pin = 15,
                  .function = Gpio::Function::kAlt5,
                  .rival_pins = {}},
    // circle: lib/machineinfo.cpp.
    .led = {.pin = 47, .lit_when_high = false},

    // The firmware keeps channels 0 and 2 for itself. Channel n raises interrupt n (bcm2835.dtsi:
    // the table leaves it out).
    .idle_alarm = {.channel = SystemTimer::Channel::k3, .irq = Irq{3}},
    .counter_alarm = {.channel = SystemTimer::Channel::k1, .irq = Irq{1}},

    // Every usual speed up to 3 Mbaud. Not every firmware sets it so by itself
    // (raspberrypi/firmware #951: a UART clock of 1 GHz).
    .uart_clock_hz = 48'000'000,
    .fallback_core_hz = 250'000'000,      // what the core runs at without turbo
    .fallback_memory_bytes = 448u << 20,  // with the firmware's default of gpu_mem=64
};

}  // namespace pi
