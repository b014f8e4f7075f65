// What the directory of a model file lists: segments and tensors.
#pragma once

#include <cstdint>

#include "llama/kernels/packed_rows.h"
#include "llama/model/file_layout.h"
#include "llama/model/layer_table.h"

namespace llama {

enum class SegmentKind : uint16_t {
  kEmbedding = 0,
  kLayer = 1,
  kFinal = 2,
  kTokenizer = 3,
  kChat = 4,
};

struct Segment {
  SegmentKind kind;  // as read: may be none of the above, if it is marked so
  uint16_t flags;
  uint32_t layer;   // of kLayer, otherwise 0
  uint64_t offset;  // in the file
  uint64_t bytes;   // a multiple of kSegmentAlignment
  uint32_t crc;     // CRC-32C of all its bytes, padding included
};

// A tensor is cut into *tiles* of whole row groups: the unit in which weights are read, checked and
// multiplied.
struct Tensor {
  TensorRole role;
  uint16_t layer;
  uint16_t expert;
  WeightType type;
  uint32_t flags;
  uint32_t rows;
  uint32_t columns;
  uint32_t rows_per_tile;  // a multiple of kRowsPerGroup, or 1 for a tensor of one row
  // Of the largest one, a multiple of kTileAlignment. Without tile_starts, of every one but the
  // last.
  uint32_t tile_bytes;
  uint32_t first_tile;  // number of its first tile in the whole file
  uint32_t tile_count;
  uint64_t offset;   // of its first tile in the file
  uint64_t bytes;    // of all tiles
  uint32_t segment;  // the number of its own
  uint32_t step;     // its place among the matrices of a pass; kNoStep: it is none of them
  // What multiplying or normalizing with it is charged to: its role's.
  Operation operation = {};
  // As many of its tiles as can be multiplied as one where all are in memory: kMostRunBytes or a
  // tile, and one only if tiles may have bytes after their rows.
  uint32_t tiles_per_run = 1;
  // Where each tile begins, and where the last one ends, after `offset` and in units of
  // kTileAlignment: (tile_count + 1). Null: all tiles but the last have the same size.
  const uint32_t* tile_starts = nullptr;

  static constexpr uint32_t kNoStep = UINT32_MAX;
  // Some three quarters of a millisecond of an ARM1176's time, during which the keyboard is not
  // read; its FIFO holds more than a millisecond of 115200 baud.
  static constexpr uint32_t kMostRunBytes = 256 << 10;

  bool is_vector() const { return rows == 1; }
  TensorKey key() const { return {role, layer, expert}; }
  TensorForm form() const { return is_vector() ? TensorForm::kVector : TensorForm::kMatrix; }
  uint32_t rows_in_tile(uint32_t tile) const {
    const uint32_t first = tile * rows_per_tile;
    return rows - first < rows_per_tile ? rows - first : rows_per_tile;
  }
  // Of the first `tiles` together. This is what knows where a tile begins.
  uint64_t bytes_of_first(uint32_t tiles) const {
    if (tile_starts != nullptr) return uint64_t{tile_starts[tiles]} * kTileAlignment;
    return tiles == tile_count ? bytes : uint64_t{tiles} * tile_bytes;
  }
  uint64_t bytes_of_tile(uint32_t tile) const {
    return bytes_of_first(tile + 1) - bytes_of_first(tile);
  }
  uint64_t bytes_of_tiles(uint32_t first, uint32_t count) const {
    return bytes_of_first(first + count) - bytes_of_first(first);
  }
  uint64_t offset_of_tile(uint32_t tile) const { return offset + bytes_of_first(tile); }
};

// What a tile of these rows takes, without and with its padding. A matrix is packed in whole row
// groups, a vector as it is.
PackedBytes packed_bytes_of(WeightType type, TensorForm form, uint32_t rows, uint32_t columns);
PackedBytes tile_bytes_of(WeightType type, TensorForm form, uint32_t rows, uint32_t columns);

}  // namespace llama
