// The bus may deliver the reads of two peripherals in the wrong order (BCM2835 ARM
// Peripherals 1.3): a driver that begins puts a write barrier before its first write, and one that
// ends a read barrier after its last read. One of these stands at the top of every driver function
// that touches registers, interrupt handlers included.
#pragma once

#include "libpi/core/cache.h"

namespace pi {

class PeripheralAccess {
 public:
  PeripheralAccess() { core::data_synchronization_barrier(); }
  ~PeripheralAccess() { core::data_memory_barrier(); }
  PeripheralAccess(const PeripheralAccess&) = delete;
  PeripheralAccess& operator=(const PeripheralAccess&) = delete;
};

}  // namespace pi
