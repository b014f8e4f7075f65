// What drivers need of the core: barriers, cache maintenance by address, and the address that a
// device needs for a piece of memory.
//
// All of libpi/core is a contract: what a program may ask of the core that it runs on, whichever
// that is. core_backend.h, which the include path chooses, defines what is a few instructions:
// libpi/arm1176/backend on the Pi, tests/fakes/backend_trace on the host. The rest is in the core's
// own library (libpi/arm1176).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pi::core {

// Before the first write to a peripheral after having used another one, and after cache
// maintenance before DMA starts: all earlier accesses are complete when it returns. When a barrier
// is due on the BCM2835: BCM2835 ARM Peripherals 1.3.
void data_synchronization_barrier();

// After the last read of a peripheral before another one is used: no later access overtakes an
// earlier one.
void data_memory_barrier();

// Writes dirty lines back to memory, before a device reads the range.
void clean_data_cache(std::span<const std::byte> range);

// Drops the lines without writing them back: after a device has written the range, before it is
// read. The range must consist of whole lines (base::kCacheLineBytes), or a neighbour's dirty data
// is lost.
void invalidate_data_cache(std::span<const std::byte> range);

// Before a device writes the range: no dirty line may be evicted over the device's data.
void clean_invalidate_data_cache(std::span<const std::byte> range);

// Where `address` is in physical memory. Devices see it through their bus (libpi/bcm2835/bus.h).
uint32_t physical_address(const void* address);

}  // namespace pi::core

#include "core_backend.h"
