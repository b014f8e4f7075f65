// The core's own counters (ARM1176JZF-S TRM 3.2.51 to 3.2.54): cycles, and two of the events of
// Table 3-137. QEMU reads 0 from all of them.
#pragma once

#include <cstdint>

namespace pi::arm1176 {

enum class Event : uint8_t {
  kInstructionCacheMiss = 0x00,
  kFetchStall = 0x01,
  kDataDependencyStall = 0x02,
  kInstructionMicroTlbMiss = 0x03,
  kDataMicroTlbMiss = 0x04,
  kBranch = 0x05,
  kBranchMispredict = 0x06,
  kInstruction = 0x07,
  kDataCacheAccess = 0x09,
  kDataCacheMiss = 0x0b,
  kDataCacheWriteBack = 0x0c,
  kMainTlbMiss = 0x0f,
  kLoadStoreQueueFull = 0x11,
  kWriteBufferDrain = 0x12,
};

// Starts the cycle counter, one count a cycle, and the two event counters, all from 0.
inline void start_counters(Event event0, Event event1) {
  // E, P and C: enable, reset events, reset cycles; bits 8 to 10 clear old overflows. D (bit 3)
  // stays 0, and so do the interrupt enables.
  constexpr uint32_t kStart = 0x7 | 7 << 8;
  const uint32_t control =
      kStart | static_cast<uint32_t>(event0) << 20 | static_cast<uint32_t>(event1) << 12;
  asm volatile("mcr p15, 0, %0, c15, c12, 0" : : "r"(control) : "memory");
}

// Other events from here on; the counters themselves go on from where they are.
inline void select_events(Event event0, Event event1) {
  // Only E: nothing is reset, no overflow cleared.
  const uint32_t control =
      0x1 | static_cast<uint32_t>(event0) << 20 | static_cast<uint32_t>(event1) << 12;
  asm volatile("mcr p15, 0, %0, c15, c12, 0" : : "r"(control) : "memory");
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

}  // namespace pi::arm1176
