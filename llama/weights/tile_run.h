// A *run*: neighbouring tiles of one matrix, whose bytes follow each other without a gap, in the
// file and in memory. What is pinned, read ahead and multiplied at once is a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "llama/model/model_file.h"

namespace llama {

// `Byte` is std::byte where a run is read, const std::byte where it is used.
template <typename Byte>
struct TileRun {
  uint32_t first = 0;  // of the matrix's tiles
  uint32_t count = 0;
  std::span<Byte> data;

  // Tile `first + index`.
  std::span<Byte> tile(const Tensor& tensor, uint32_t index) const {
    return data.subspan(static_cast<size_t>(tensor.bytes_of_tiles(first, index)),
                        static_cast<size_t>(tensor.bytes_of_tile(first + index)));
  }
};

}  // namespace llama
