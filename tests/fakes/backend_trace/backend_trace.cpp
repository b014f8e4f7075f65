#include <vector>

#include "base/check.h"
#include "libpi/core/cache.h"
#include "mmio_backend.h"

namespace pi::mmio {

Bus*& bus() {
  static Bus* installed = nullptr;
  return installed;
}

uint32_t read32(uint32_t address) {
  CHECK(bus() != nullptr);
  return bus()->read32(address);
}

void write32(uint32_t address, uint32_t value) {
  CHECK(bus() != nullptr);
  bus()->write32(address, value);
}

}  // namespace pi::mmio

namespace pi::core {
namespace {

// Windows of 16 MiB of made-up address space, one for each registered pointer.
constexpr uint32_t kFirstWindow = 0x01000000;
constexpr uint32_t kAliasBits = 0xc0000000;
constexpr uint32_t kWindowSize = 0x01000000;

std::vector<const std::byte*>& windows() {
  static std::vector<const std::byte*> registered;
  return registered;
}

}  // namespace

Observer*& observer() {
  static Observer* installed = nullptr;
  return installed;
}

void data_synchronization_barrier() {
  if (observer() != nullptr) observer()->barrier(true);
}

void data_memory_barrier() {
  if (observer() != nullptr) observer()->barrier(false);
}

void clean_data_cache(std::span<const std::byte> range) {
  if (observer() != nullptr) observer()->cache(CacheOperation::kClean, range);
}

void invalidate_data_cache(std::span<const std::byte> range) {
  if (observer() != nullptr) observer()->cache(CacheOperation::kInvalidate, range);
}

void clean_invalidate_data_cache(std::span<const std::byte> range) {
  if (observer() != nullptr) observer()->cache(CacheOperation::kCleanInvalidate, range);
}

uint32_t physical_address(const void* address) {
  const auto* wanted = static_cast<const std::byte*>(address);
  for (size_t i = 0; i < windows().size(); ++i) {
    const uintptr_t base = reinterpret_cast<uintptr_t>(windows()[i]);
    const uintptr_t at = reinterpret_cast<uintptr_t>(wanted);
    if (at >= base && at - base < kWindowSize) {
      return kFirstWindow + static_cast<uint32_t>(i) * kWindowSize +
             static_cast<uint32_t>(at - base);
    }
  }
  CHECK(windows().size() < 60);
  windows().push_back(wanted);
  return kFirstWindow + static_cast<uint32_t>(windows().size() - 1) * kWindowSize;
}

std::byte* memory_at(uint32_t bus_address) {
  const uint32_t address = bus_address & ~kAliasBits;
  CHECK(address >= kFirstWindow);
  const uint32_t window = (address - kFirstWindow) / kWindowSize;
  CHECK(window < windows().size());
  return const_cast<std::byte*>(windows()[window]) + (address - kFirstWindow) % kWindowSize;
}

}  // namespace pi::core
