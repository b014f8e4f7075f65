// The only volatile access to devices. Registers of the BCM2835 are 32 bits wide and are accessed
// whole (BCM2835 ARM Peripherals, chapter 5: EMMC takes no other width).
#pragma once

#include <cstdint>

namespace pi::mmio {

inline uint32_t read32(uint32_t address) {
  return *reinterpret_cast<const volatile uint32_t*>(static_cast<uintptr_t>(address));
}

inline void write32(uint32_t address, uint32_t value) {
  *reinterpret_cast<volatile uint32_t*>(static_cast<uintptr_t>(address)) = value;
}

}  // namespace pi::mmio
