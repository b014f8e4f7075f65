// Registers as memory, and everything that happens on the bus in order: reads, writes, barriers.
// A test may answer an address itself.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "libpi/core/cache.h"
#include "libpi/mmio.h"
#include "mmio_backend.h"

namespace pi {

struct BusEvent {
  enum class Kind : uint8_t { kRead, kWrite, kSynchronizationBarrier, kMemoryBarrier };
  Kind kind;
  uint32_t address = 0;
  uint32_t value = 0;

  bool operator==(const BusEvent&) const = default;
};

class FakeBus final : public mmio::Bus, public core::Observer {
 public:
  FakeBus() {
    mmio::bus() = this;
    core::observer() = this;
  }
  ~FakeBus() override {
    mmio::bus() = nullptr;
    core::observer() = nullptr;
  }

  uint32_t read32(uint32_t address) override {
    const auto reader = readers.find(address);
    const uint32_t value = reader != readers.end() ? reader->second() : memory[address];
    events.push_back({BusEvent::Kind::kRead, address, value});
    return value;
  }
  void write32(uint32_t address, uint32_t value) override {
    events.push_back({BusEvent::Kind::kWrite, address, value});
    memory[address] = value;
    const auto writer = writers.find(address);
    if (writer != writers.end()) writer->second(value);
  }
  void barrier(bool synchronization) override {
    events.push_back({synchronization ? BusEvent::Kind::kSynchronizationBarrier
                                      : BusEvent::Kind::kMemoryBarrier});
  }
  void cache(core::CacheOperation operation, std::span<const std::byte> range) override {
    cache_operations.push_back({operation, range});
  }

  std::vector<BusEvent> writes() const {
    std::vector<BusEvent> found;
    for (const BusEvent& event : events) {
      if (event.kind == BusEvent::Kind::kWrite) found.push_back(event);
    }
    return found;
  }
  std::vector<uint32_t> writes_to(uint32_t address) const {
    std::vector<uint32_t> found;
    for (const BusEvent& event : writes()) {
      if (event.address == address) found.push_back(event.value);
    }
    return found;
  }
  // Whether each change from one 4 KiB block of registers to another has the barriers of BCM2835
  // ARM Peripherals 1.3: one after the reads of the old one, one before the writes to the new one.
  bool barriers_are_right() const {
    uint32_t block = 0;
    bool left = true;
    bool entered = false;
    for (const BusEvent& event : events) {
      if (event.kind == BusEvent::Kind::kSynchronizationBarrier) {
        entered = true;
      } else if (event.kind == BusEvent::Kind::kMemoryBarrier) {
        left = true;
      } else {
        if (event.address >> 12 != block && !(left && entered)) return false;
        block = event.address >> 12;
        left = entered = false;
      }
    }
    return left;
  }

  struct CacheEvent {
    core::CacheOperation operation;
    std::span<const std::byte> range;
  };

  std::map<uint32_t, uint32_t> memory;
  std::map<uint32_t, std::function<uint32_t()>> readers;
  std::map<uint32_t, std::function<void(uint32_t)>> writers;
  std::vector<BusEvent> events;
  std::vector<CacheEvent> cache_operations;
};

inline BusEvent write_of(uint32_t address, uint32_t value) {
  return {BusEvent::Kind::kWrite, address, value};
}

}  // namespace pi
