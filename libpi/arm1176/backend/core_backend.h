// The ARM1176's side of libpi/core/cache.h, cpu.h and counters.h: one or two instructions each.
// Sources: ARM1176JZF-S TRM (DDI 0301H), 3.2.22 (cache operations, Table 3-73 for the MCRR range
// forms; wait for interrupt), 3.2.51 to 3.2.54 (counters).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pi::core {

// "Drain write buffer" in older manuals.
inline void data_synchronization_barrier() {
  asm volatile("mcr p15, 0, %0, c7, c10, 4" : : "r"(0) : "memory");
}

inline void data_memory_barrier() {
  asm volatile("mcr p15, 0, %0, c7, c10, 5" : : "r"(0) : "memory");
}

// Both ends of the MCRR range forms are inclusive; the core rounds them down to whole lines.
inline uintptr_t last_byte(std::span<const std::byte> range) {
  return reinterpret_cast<uintptr_t>(range.data()) + range.size() - 1;
}

inline void clean_data_cache(std::span<const std::byte> range) {
  if (range.empty()) return;
  asm volatile("mcrr p15, 0, %0, %1, c12" : : "r"(last_byte(range)), "r"(range.data()) : "memory");
  data_synchronization_barrier();
}

inline void invalidate_data_cache(std::span<const std::byte> range) {
  if (range.empty()) return;
  asm volatile("mcrr p15, 0, %0, %1, c6" : : "r"(last_byte(range)), "r"(range.data()) : "memory");
  data_synchronization_barrier();
}

inline void clean_invalidate_data_cache(std::span<const std::byte> range) {
  if (range.empty()) return;
  asm volatile("mcrr p15, 0, %0, %1, c14" : : "r"(last_byte(range)), "r"(range.data()) : "memory");
  data_synchronization_barrier();
}

// The page tables map RAM where it is (libpi/arm1176/mmu.cpp).
inline uint32_t physical_address(const void* address) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(address));
}

inline void enable_interrupts() { asm volatile("cpsie i" : : : "memory"); }
inline void disable_interrupts() { asm volatile("cpsid i" : : : "memory"); }

inline void wait_for_interrupt() {
  asm volatile("mcr p15, 0, %0, c7, c0, 4" : : "r"(0) : "memory");
}

inline uint32_t read_cycles() {
  uint32_t value;
  asm volatile("mrc p15, 0, %0, c15, c12, 1" : "=r"(value) : : "memory");
  return value;
}
inline uint32_t read_event0() {
  uint32_t value;
  asm volatile("mrc p15, 0, %0, c15, c12, 2" : "=r"(value) : : "memory");
  return value;
}
inline uint32_t read_event1() {
  uint32_t value;
  asm volatile("mrc p15, 0, %0, c15, c12, 3" : "=r"(value) : : "memory");
  return value;
}

}  // namespace pi::core
