// The host's side of libpi/backend_device/cpu_backend.h: barriers and cache maintenance are told to
// the test, which can check that each DMA buffer got what it needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pi::cpu {

constexpr uintptr_t kCacheLine = 32;

enum class CacheOperation : uint8_t { kClean, kInvalidate, kCleanInvalidate };

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void barrier(bool synchronization) = 0;
  virtual void cache(CacheOperation operation, std::span<const std::byte> range) = 0;
};

// The running test's observer, or null when nobody watches.
Observer*& observer();

void data_synchronization_barrier();
void data_memory_barrier();
void clean_data_cache(std::span<const std::byte> range);
void invalidate_data_cache(std::span<const std::byte> range);
void clean_invalidate_data_cache(std::span<const std::byte> range);

// Host pointers have 64 bits, bus addresses 32: an address is registered on first use and gets a
// number in its place, from which fake devices find the memory again.
uint32_t bus_address(const void* address);
std::byte* memory_at(uint32_t bus_address);

}  // namespace pi::cpu
