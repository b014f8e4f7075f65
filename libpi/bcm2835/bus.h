// How devices see the machine. Peripherals and memory have other addresses for DMA and the firmware
// than for the ARM (BCM2835 ARM Peripherals, 1.2.3 and 1.2.4).
#pragma once

#include <cstdint>

#include "libpi/core/cache.h"
#include "libpi/mmio.h"

namespace pi {

struct Bus {
  uint32_t peripherals;         // where the ARM sees them
  uint32_t device_peripherals;  // where devices see them
  uint32_t memory_alias;        // what is added to a physical address

  uint32_t address_of_memory(const void* address) const {
    return core::physical_address(address) | memory_alias;
  }
  constexpr uint32_t address_of_register(MmioBase base, uint32_t offset) const {
    return base.address - peripherals + device_peripherals + offset;
  }
};

}  // namespace pi
