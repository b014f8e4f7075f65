// The tiles that do not stay in memory: a ring of buffers that is filled ahead of their use.
//
// Streamed tiles arrive in the order of execution. A buffer holds what one read brings: runs
// (llama/weights/tile_run.h), of several matrices where the file has one directly after the other.
// While the tiles of one buffer are multiplied, the other buffers are filled one after the other,
// across matrices, layers and passes. With more than two buffers the card goes on sending while the
// core does work that takes no weights.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/status.h"
#include "llama/model/model_file.h"
#include "llama/model/pass_order.h"
#include "llama/weights/pinned_tiles.h"
#include "llama/weights/tile_reader.h"

namespace llama {

class WeightStream {
 public:
  static constexpr uint32_t kMostBuffers = 4;

  WeightStream() = default;
  // `pinned` has an element for each tensor. The arguments outlive the stream.
  WeightStream(const ModelFile& file, std::span<const PinnedTiles> pinned, TileReader& reader)
      : file_(&file), pinned_(pinned), reader_(&reader), order_(file) {}

  // At least two; none: nothing streams. Each holds any tile.
  void add_buffer(std::span<std::byte> buffer);
  bool is_used() const { return buffer_count_ > 0; }

  void begin_pass(bool with_classifier) { with_classifier_ = with_classifier; }

  // Keeps the card busy: starts the next read when one has ended. Does not wait for the card's
  // data. The tile is the next one of the pass: where a stream begins that has not begun yet.
  void keep_reading(uint32_t tensor_index, uint32_t tile);
  // The bytes of the next streamed tile of the pass, checked. After an error the stream begins
  // again at the tile that is asked for next.
  base::Result<std::span<const std::byte>> tile(uint32_t tensor_index, uint32_t tile);
  // Waits for the read that is under way. Its error is reported when its bytes are wanted.
  void settle();

 private:
  // A tile of a pass; `step` counts the pass's matrices in order of execution.
  struct Position {
    uint32_t step;
    uint32_t tile;
  };
  // A buffer, and the tiles that were read, or are being read, into it.
  struct Buffer {
    Position after{};  // the tile after its last one
    uint64_t offset = 0;
    uint64_t bytes = 0;
    uint64_t checked = 0;  // bytes of its first tiles whose CRC is right
    bool is_used = false;  // tiles of it have been handed out
    std::span<std::byte> memory;
    base::Status status;  // of the read, as far as it is known
    bool holds(uint64_t tile_offset) const {
      return tile_offset >= offset && tile_offset - offset < bytes;
    }
  };

  bool find_streamed(Position& position) const;
  Buffer& front() { return buffers_[first_]; }
  Buffer& back() { return buffers_[(first_ + count_ - 1) % buffer_count_]; }
  void drop_front();
  void drop_all();
  base::Status fill_next(Position from);
  void read_ahead();
  base::Status bring(Position wanted, uint64_t offset);
  base::Status check(const Tensor& tensor, uint32_t tile);

  const ModelFile* file_ = nullptr;
  std::span<const PinnedTiles> pinned_;
  TileReader* reader_ = nullptr;
  PassOrder order_;
  bool with_classifier_ = true;

  // `count_` of them are filled, from `first_` on in a ring: that one is being multiplied, the last
  // one may still be read.
  std::array<Buffer, kMostBuffers> buffers_;
  uint32_t buffer_count_ = 0;
  uint32_t first_ = 0;
  uint32_t count_ = 0;
};

}  // namespace llama
