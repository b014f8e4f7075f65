// Numbers in blocks of weights as other programs store them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "llama/kernels/math.h"

namespace host {

inline unsigned byte_at(std::span<const std::byte> bytes, size_t at) {
  return std::to_integer<unsigned>(bytes[at]);
}
inline int signed_at(std::span<const std::byte> bytes, size_t at) {
  return static_cast<int8_t>(bytes[at]);
}
inline float half_at(std::span<const std::byte> bytes, size_t at) {
  return llama::half_to_float(base::load_le16(bytes, at));
}

}  // namespace host
