// Where a file lies on its device, as whoever streams it wants to know it.
#pragma once

#include <cstdint>

namespace pi {

// A run of neighbouring device blocks of 512 bytes.
struct Extent {
  uint64_t first_block;
  uint64_t block_count;

  friend bool operator==(const Extent&, const Extent&) = default;
};

}  // namespace pi
