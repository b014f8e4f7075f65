// The core itself: interrupt mask, sleep, and what it remembers of a fault.
// ARM1176JZF-S TRM (DDI 0301H), sections as named.
#pragma once

#include <cstdint>

namespace pi::arm1176 {

inline void enable_interrupts() { asm volatile("cpsie i" : : : "memory"); }
inline void disable_interrupts() { asm volatile("cpsid i" : : : "memory"); }

// Sleeps until an interrupt is pending, whether it is masked or not (3.2.22, wait for interrupt).
inline void wait_for_interrupt() {
  asm volatile("mcr p15, 0, %0, c7, c0, 4" : : "r"(0) : "memory");
}

// 3.2.17 to 3.2.20. The instruction fault's address is the faulting program counter.
inline uint32_t data_fault_status() {
  uint32_t value;
  asm volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(value));
  return value;
}
inline uint32_t instruction_fault_status() {
  uint32_t value;
  asm volatile("mrc p15, 0, %0, c5, c0, 1" : "=r"(value));
  return value;
}
inline uint32_t data_fault_address() {
  uint32_t value;
  asm volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(value));
  return value;
}

}  // namespace pi::arm1176
