// Where the BCM2835's devices are. The manual (BCM2835 ARM Peripherals, 1.2.3) gives bus addresses
// 0x7Ennnnnn; the ARM reaches them at 0x20nnnnnn, and DMA by their bus address.
#pragma once

#include <cstdint>

#include "libpi/mmio.h"

namespace pi::bcm2835 {

inline constexpr MmioBase kSystemTimer{0x20003000};   // chapter 12
inline constexpr MmioBase kDma{0x20007000};           // chapter 4; channel n at + n * 0x100
inline constexpr MmioBase kInterrupts{0x2000b000};    // chapter 7; registers from + 0x200
inline constexpr MmioBase kMailbox{0x2000b880};       // mailbox 0: VideoCore to ARM
inline constexpr MmioBase kPowerManager{0x20100000};  // reset and watchdog; not in the manual
inline constexpr MmioBase kGpio{0x20200000};          // chapter 6
inline constexpr MmioBase kUart0{0x20201000};         // chapter 13, PL011
inline constexpr MmioBase kAux{0x20215000};           // chapter 2, mini UART at + 0x40
inline constexpr MmioBase kEmmc{0x20300000};          // chapter 5

constexpr uint32_t peripheral_bus_address(MmioBase base, uint32_t offset) {
  return base.address - 0x20000000u + 0x7e000000u + offset;
}

}  // namespace pi::bcm2835
