#include "llama/weights/pinned_tiles.h"

#include <algorithm>

#include "base/align.h"
#include "base/check.h"

namespace llama {
namespace {

// `total` in parts of nearly equal length: the first `longer` ones have one more than `each`.
struct Split {
  Split(uint32_t total, uint32_t parts) : each(total / parts), longer(total % parts) {}
  uint32_t before(uint32_t part) const { return part * each + (part < longer ? part : longer); }
  uint32_t length(uint32_t part) const { return each + (part < longer ? 1 : 0); }
  uint32_t part_of(uint32_t at) const {
    const uint32_t in_longer = longer * (each + 1);
    return at < in_longer ? at / (each + 1) : longer + (at - in_longer) / each;
  }
  uint32_t each;
  uint32_t longer;
};

}  // namespace

// With at least one streamed tile for each stripe, no stripe is without: the lengths of their
// streamed runs differ by one at most.
PinnedTiles::PinnedTiles(std::byte* data, uint32_t tiles, uint32_t pinned, uint32_t run)
    : data_(data), pinned_(pinned) {
  CHECK(pinned <= tiles && run > 0);
  const uint32_t streamed = tiles - pinned;
  if (pinned > 0 && streamed > 0) stripes_ = base::divide_up(streamed, run);
}

PinnedTiles::Place PinnedTiles::place_of(uint32_t tile, uint32_t tiles) const {
  CHECK(tile < tiles && pinned_ <= tiles);
  if (pinned_ == tiles) return {true, tile, tiles - tile};
  if (pinned_ == 0) return {false, 0, tiles - tile};
  const Split all(tiles, stripes_);
  const Split pinned(pinned_, stripes_);
  const uint32_t stripe = all.part_of(tile);
  const uint32_t within = tile - all.before(stripe);
  const uint32_t first = pinned.length(stripe);
  const uint32_t before = pinned.before(stripe);
  if (within < first) return {true, before + within, first - within};
  return {false, before + first, all.length(stripe) - within};
}

// Tiles of one size need no look at the stripes: which of them are pinned makes no difference.
uint64_t PinnedTiles::bytes_of_first(const Tensor& tensor, uint32_t count) const {
  CHECK(count <= pinned_);
  if (stripes_ == 1 || tensor.tile_starts == nullptr) return tensor.bytes_of_first(count);
  const Split all(tensor.tile_count, stripes_);
  const Split pinned(pinned_, stripes_);
  uint64_t bytes = 0;
  for (uint32_t stripe = 0; count > 0; ++stripe) {
    const uint32_t taken = std::min(count, pinned.length(stripe));
    bytes += tensor.bytes_of_tiles(all.before(stripe), taken);
    count -= taken;
  }
  return bytes;
}

}  // namespace llama
