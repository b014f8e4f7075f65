// What drivers need of the core: barriers and cache maintenance by address. All assembly of the
// drivers is here. Sources: ARM1176JZF-S TRM (DDI 0301) 3.2.22 (cache operations, Table 3-73 for
// the MCRR range forms), BCM2835 ARM Peripherals 1.3 (when a barrier is due).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pi::cpu {

constexpr uintptr_t kCacheLine = 32;

// Data synchronization barrier ("drain write buffer"): before the first write to a peripheral after
// having used another one, and after cache maintenance before DMA starts.
inline void data_synchronization_barrier() {
  asm volatile("mcr p15, 0, %0, c7, c10, 4" : : "r"(0) : "memory");
}

// Data memory barrier: after the last read of a peripheral before another one is used.
inline void data_memory_barrier() {
  asm volatile("mcr p15, 0, %0, c7, c10, 5" : : "r"(0) : "memory");
}

// Both ends of the MCRR range forms are inclusive; the core rounds them down to whole lines.
inline uintptr_t last_byte(std::span<const std::byte> range) {
  return reinterpret_cast<uintptr_t>(range.data()) + range.size() - 1;
}

// Writes dirty lines back to memory, before a device reads the range.
inline void clean_data_cache(std::span<const std::byte> range) {
  if (range.empty()) return;
  asm volatile("mcrr p15, 0, %0, %1, c12" : : "r"(last_byte(range)), "r"(range.data()) : "memory");
  data_synchronization_barrier();
}

// Drops the lines without writing them back: after a device has written the range, before it is
// read. The range must consist of whole lines, or a neighbour's dirty data is lost.
inline void invalidate_data_cache(std::span<const std::byte> range) {
  if (range.empty()) return;
  asm volatile("mcrr p15, 0, %0, %1, c6" : : "r"(last_byte(range)), "r"(range.data()) : "memory");
  data_synchronization_barrier();
}

// Before a device writes the range: no dirty line may be evicted over the device's data.
inline void clean_invalidate_data_cache(std::span<const std::byte> range) {
  if (range.empty()) return;
  asm volatile("mcrr p15, 0, %0, %1, c14" : : "r"(last_byte(range)), "r"(range.data()) : "memory");
  data_synchronization_barrier();
}

// The address by which DMA and the firmware reach what the ARM calls `address`: the alias that is
// coherent with the GPU's L2 cache, through which the ARM goes by default on this board (Linux:
// dma-ranges of bcm2835.dtsi). 0xc0000000 would by-pass data that still sits in L2.
inline uint32_t bus_address(const void* address) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(address)) | 0x40000000u;
}

}  // namespace pi::cpu
