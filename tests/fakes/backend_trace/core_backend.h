// The host's side of libpi/core: barriers and cache maintenance are told to the test, which can
// check that each DMA buffer got what it needs. The functions are in backend_trace.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pi::core {

enum class CacheOperation : uint8_t { kClean, kInvalidate, kCleanInvalidate };

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void barrier(bool synchronization) = 0;
  virtual void cache(CacheOperation operation, std::span<const std::byte> range) = 0;
};

// The running test's observer, or null when no test watches.
Observer*& observer();

// Host pointers have 64 bits, physical addresses 32: an address is registered on first use and gets
// a number in its place, from which fake devices find the memory again. The number is below
// 0x40000000; bits above it are a bus's alias and do not count here.
std::byte* memory_at(uint32_t bus_address);

}  // namespace pi::core
