// Reads a file's bytes from front to end, and never beyond it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "host-tools/support/failure.h"

namespace host {

// Every function throws Failure "NAME: ends within WHAT at byte N" when the bytes are not there.
class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string name)
      : bytes_(bytes), name_(std::move(name)) {}

  size_t position() const { return at_; }
  size_t left() const { return bytes_.size() - at_; }
  const std::string& name() const { return name_; }

  std::span<const std::byte> take(uint64_t count, std::string_view what) {
    if (count > left()) {
      fail(
          "{}: ends within {} at byte {} ({} more bytes are claimed, {} are left): it is "
          "truncated or damaged",
          name_, what, at_, count, left());
    }
    at_ += static_cast<size_t>(count);
    return bytes_.subspan(at_ - static_cast<size_t>(count), static_cast<size_t>(count));
  }
  uint8_t u8(std::string_view what) { return std::to_integer<uint8_t>(take(1, what)[0]); }
  uint16_t u16(std::string_view what) { return base::load_le16(take(2, what)); }
  uint32_t u32(std::string_view what) { return base::load_le32(take(4, what)); }
  uint64_t u64(std::string_view what) { return base::load_le64(take(8, what)); }

 private:
  std::span<const std::byte> bytes_;
  std::string name_;
  size_t at_ = 0;
};

inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace host
