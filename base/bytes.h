// Little-endian fields of files and devices, read byte by byte: no alignment, no pointer cast, the
// same on every machine. Bounds are the caller's: each function takes a span of at least its size.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"

namespace base {

inline uint16_t load_le16(std::span<const std::byte> bytes, size_t at = 0) {
  CHECK(at + 2 <= bytes.size());
  return static_cast<uint16_t>(std::to_integer<unsigned>(bytes[at]) |
                               std::to_integer<unsigned>(bytes[at + 1]) << 8);
}

inline uint32_t load_le32(std::span<const std::byte> bytes, size_t at = 0) {
  CHECK(at + 4 <= bytes.size());
  return std::to_integer<uint32_t>(bytes[at]) | std::to_integer<uint32_t>(bytes[at + 1]) << 8 |
         std::to_integer<uint32_t>(bytes[at + 2]) << 16 |
         std::to_integer<uint32_t>(bytes[at + 3]) << 24;
}

inline uint64_t load_le64(std::span<const std::byte> bytes, size_t at = 0) {
  return load_le32(bytes, at) | static_cast<uint64_t>(load_le32(bytes, at + 4)) << 32;
}

inline float load_le_f32(std::span<const std::byte> bytes, size_t at = 0) {
  return std::bit_cast<float>(load_le32(bytes, at));
}

inline void store_le16(std::span<std::byte> bytes, size_t at, uint16_t value) {
  CHECK(at + 2 <= bytes.size());
  bytes[at] = static_cast<std::byte>(value);
  bytes[at + 1] = static_cast<std::byte>(value >> 8);
}

inline void store_le32(std::span<std::byte> bytes, size_t at, uint32_t value) {
  store_le16(bytes, at, static_cast<uint16_t>(value));
  store_le16(bytes, at + 2, static_cast<uint16_t>(value >> 16));
}

inline void store_le64(std::span<std::byte> bytes, size_t at, uint64_t value) {
  store_le32(bytes, at, static_cast<uint32_t>(value));
  store_le32(bytes, at + 4, static_cast<uint32_t>(value >> 32));
}

}  // namespace base
