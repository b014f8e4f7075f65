// Weights and state for the plain model, without meaning.
#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.h"

namespace plain {

// Bytes of all values, which as floats (of scales, norms, keys) are small, never NaN: the top byte
// of each word is that of numbers around 2^-4.
inline void fill(std::span<std::byte> memory) {
  uint32_t state = 1;
  for (size_t i = 0; i + 4 <= memory.size(); i += 4) {
    state = state * 1664525 + 1013904223;
    base::store_le32(memory, i, (state & 0x80ffffff) | 0x3d000000);
  }
}

}  // namespace plain
