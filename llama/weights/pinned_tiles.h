// Which tiles of a matrix are in memory, and where.
//
// The pinned tiles are spread over the matrix: it is cut into `sections` of nearly equal length,
// each of which begins with its share of the pinned tiles and ends with those that stream:
//
//   sections 3, tiles 17, pinned 5      PPssss PPssss Pssss
//
// So the core has pinned tiles to multiply at all times while the card sends the others, which come
// in runs of nearly equal length.
#pragma once

#include <cstddef>
#include <cstdint>

namespace llama {

// Of one size on all machines, so that a plan made on one is right for another.
class alignas(16) PinnedTiles {
 public:
  PinnedTiles() = default;
  // `pinned` of the matrix's tiles, in `data` one behind the other, all but the matrix's last one
  // of the same length. Streamed runs have at most `run` tiles, which is not 0.
  PinnedTiles(std::byte* data, uint32_t tiles, uint32_t pinned, uint32_t run);

  uint32_t count() const { return pinned_; }
  std::byte* data() const { return data_; }

  // The place of a tile of the `tiles` of the matrix.
  struct Place {
    bool is_pinned;
    uint32_t before;  // pinned tiles before it: where it is in `data`, if it is pinned
    uint32_t left;    // neighbours from it on, itself among them, that are pinned, or not, as it is
  };
  Place place_of(uint32_t tile, uint32_t tiles) const;

 private:
  std::byte* data_ = nullptr;
  uint32_t pinned_ = 0;
  uint32_t sections_ = 1;
};
static_assert(sizeof(PinnedTiles) == 16);

}  // namespace llama
