// Where a file is stored on its device, as a stream of it needs to know.
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
