// Pinned tiles are spread evenly: each is in memory once, and streamed runs are of like length.
#include "llama/weights/pinned_tiles.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace llama {
namespace {

struct Seen {
  uint32_t pinned = 0;
  uint32_t shortest_run = UINT32_MAX;  // of streamed tiles
  uint32_t longest_run = 0;
  uint32_t longest_pinned = 0;
};

// Walks all tiles, and checks that the places agree with each other.
Seen walk(uint32_t tiles, uint32_t pinned, uint32_t run) {
  const PinnedTiles places(nullptr, tiles, pinned, run);
  Seen seen;
  for (uint32_t tile = 0; tile < tiles;) {
    const auto first = places.place_of(tile, tiles);
    EXPECT_GT(first.left, 0u);
    const uint32_t end = tile + first.left;
    EXPECT_LE(end, tiles);
    if (first.is_pinned) {
      seen.longest_pinned = std::max(seen.longest_pinned, first.left);
    } else {
      seen.shortest_run = std::min(seen.shortest_run, first.left);
      seen.longest_run = std::max(seen.longest_run, first.left);
    }
    for (uint32_t left = first.left; tile < end && tile < tiles; ++tile, --left) {
      const auto place = places.place_of(tile, tiles);
      EXPECT_EQ(place.is_pinned, first.is_pinned);
      EXPECT_EQ(place.left, left);
      EXPECT_EQ(place.before, seen.pinned);
      if (place.is_pinned) ++seen.pinned;
    }
  }
  return seen;
}

TEST(PinnedTiles, AreEachInMemoryOnceWhateverTheirNumber) {
  for (uint32_t tiles = 1; tiles <= 40; ++tiles) {
    for (uint32_t pinned = 0; pinned <= tiles; ++pinned) {
      for (const uint32_t run : {1u, 2u, 3u, 7u, 16u, 50u}) {
        SCOPED_TRACE(testing::Message() << tiles << " " << pinned << " " << run);
        const Seen seen = walk(tiles, pinned, run);
        EXPECT_EQ(seen.pinned, pinned);
        if (pinned > 0 && pinned < tiles) {
          // A stripe without a pinned tile follows the one before it without a gap.
          const uint32_t stripes = (tiles - pinned + run - 1) / run;
          if (pinned >= stripes) {
            EXPECT_LE(seen.longest_run, run);
            EXPECT_LE(seen.longest_run - seen.shortest_run, 1u);
            EXPECT_LE(seen.longest_pinned, (pinned + stripes - 1) / stripes);
          }
        }
        if (HasFailure()) return;
      }
    }
  }
}

TEST(PinnedTiles, OfALargeMatrixComeBetweenStreamedRuns) {
  // w1 of Llama-2-7B in q4_0, an eighth of it pinned: 394 tiles of 64 KiB, runs of 16.
  const Seen seen = walk(394, 49, 16);
  EXPECT_EQ(seen.longest_run, 16u);
  EXPECT_EQ(seen.shortest_run, 15u);
  EXPECT_EQ(seen.longest_pinned, 3u);
}

TEST(PinnedTiles, LeaveTheLastTileToTheStreamUnlessAllArePinned) {
  for (uint32_t pinned = 0; pinned < 30; ++pinned) {
    EXPECT_FALSE(PinnedTiles(nullptr, 30, pinned, 4).place_of(29, 30).is_pinned) << pinned;
  }
  EXPECT_TRUE(PinnedTiles(nullptr, 30, 30, 4).place_of(29, 30).is_pinned);
}

}  // namespace
}  // namespace llama
