// Which tiles of a matrix are in memory, and where.
//
// The pinned tiles are spread over the matrix, which is cut into *stripes* of nearly equal length.
// A stripe is a run of pinned tiles (llama/weights/tile_run.h) and the run of streamed ones after
// it:
//
//   stripes 3, tiles 17, pinned 5      PPssss PPssss Pssss
//
// So the core always has pinned tiles to multiply while the card sends the others, which come in
// runs of nearly equal length.
#pragma once

#include <cstddef>
#include <cstdint>

#include "llama/model/tensor.h"

namespace llama {

// Of one size on all machines, so that a plan made on one is right for another.
class alignas(16) PinnedTiles {
 public:
  PinnedTiles() = default;
  // `pinned` of the matrix's tiles, one directly after the other in `data`. Streamed runs have at
  // most `run` tiles, which is not 0.
  PinnedTiles(std::byte* data, uint32_t tiles, uint32_t pinned, uint32_t run);

  std::byte* data() const { return data_; }
  void set_data(std::byte* data) { data_ = data; }

  // The place of a tile of the `tiles` of the matrix.
  struct Place {
    bool is_pinned;
    uint32_t before;  // pinned tiles before it
    uint32_t left;    // tiles of its run, pinned or streamed, that begin with it
  };
  Place place_of(uint32_t tile, uint32_t tiles) const;

  // Bytes of the first `count` pinned tiles, of a matrix's: where in `data` the next one is.
  uint64_t bytes_of_first(const Tensor& tensor, uint32_t count) const;
  uint64_t bytes(const Tensor& tensor) const { return bytes_of_first(tensor, pinned_); }

 private:
  std::byte* data_ = nullptr;
  uint32_t pinned_ = 0;
  uint32_t stripes_ = 1;
};
static_assert(sizeof(PinnedTiles) == 16);

}  // namespace llama
