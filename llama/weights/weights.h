// Where the weights are while the model runs: some tiles are *pinned* in memory, the others
// *stream* through it.
//
// Of each matrix the same share is pinned, as much as the memory allows, spread over the matrix
// (llama/weights/pinned_tiles.h). The other tiles arrive in the order of execution, in runs
// (llama/weights/tile_run.h), through a few buffers: while one is multiplied, the source fills the
// others (llama/weights/weight_stream.h). Of a model that fits, every tile is pinned and nothing
// streams: one mechanism, no second path.
//
// Every tile's CRC-32C is checked when it is pinned, and each time that it streams, while the card
// sends the next one. A tile that does not match is read again, up to TileReader::kReadAttempts
// times, and then reported; the pass is abandoned, never computed from wrong weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/arena.h"
#include "base/clock.h"
#include "base/status.h"
#include "llama/model/model_file.h"
#include "llama/model/pass_order.h"
#include "llama/model/weight_source.h"
#include "llama/profiler.h"
#include "llama/weights/pinned_tiles.h"
#include "llama/weights/tile_reader.h"
#include "llama/weights/tile_run.h"
#include "llama/weights/weight_stream.h"

namespace llama {

// Told of the progress of loading; at least once a MiB.
class LoadProgress {
 public:
  virtual void loaded(uint64_t bytes, uint64_t of_bytes) = 0;

 protected:
  ~LoadProgress() = default;
};

class Weights {
 public:
  // The arena's tag of matrices that are pinned: the last of what plan() takes.
  static constexpr const char* kPinnedTag = "weights";

  Weights() = default;
  Weights(const Weights&) = delete;  // its parts point at each other
  Weights& operator=(const Weights&) = delete;

  struct Options {
    uint64_t buffer_bytes = 1 << 20;                // of each stream buffer, at most
    uint32_t buffers = WeightStream::kMostBuffers;  // at most, where there is much room; at least 2
    uint64_t max_pinned_bytes = UINT64_MAX;         // of matrices; norms are always pinned
  };

  // Decides what is pinned and takes all of its arena room, under the tags "weight table", "norms",
  // "weights", "stream buffers" and "embedding row". To be called when all else has been allocated:
  // what is left is filled with weights. kOutOfMemory if not even the buffers fit. The arguments
  // outlive the weights. With a measuring arena it only plans.
  base::Status plan(const ModelFile& file, WeightSource& source, base::Clock& clock,
                    base::Arena& arena, const Options& options);

  // Reads what is pinned. kCorrupt names the tensor, the tile and its place in the file.
  base::Status load(LoadProgress* progress);

  uint64_t pinned_bytes() const { return pinned_bytes_; }
  // What a pass with classifier streams, and how much of that is the classifier.
  uint64_t streamed_bytes() const { return streamed_bytes_; }
  uint64_t streamed_classifier_bytes() const { return streamed_classifier_bytes_; }
  // What each embedding row costs per pass in reading; 0: the table is pinned.
  uint64_t row_bytes() const { return row_buffer_.size(); }
  const WeightCounters& counters() const { return reader_.counters(); }

  // What waiting and checking are charged to; may be null. plan() forgets it.
  void set_profiler(Profiler* profiler) { reader_.set_profiler(profiler); }

  // A pass asks for the tiles of all layer matrices in file order, then, if `with_classifier`, for
  // those of the classifier. After an error, or a pass that was given up, the next begin_pass()
  // begins at the first tile.
  void begin_pass(bool with_classifier) { stream_.begin_pass(with_classifier); }

  // The run that begins with tile `first`, the next one of the pass: one tile of a model that
  // streams, so that the source is polled often; otherwise as many as have no padding between them
  // and at most Tensor::kMostRunBytes. Valid until the tile after it is asked for.
  base::Result<TileRun<const std::byte>> run_at(uint32_t tensor_index, uint32_t first);

  // One row of the embedding table as floats, wherever it is. May be called between passes only
  // (after begin_pass(), before its first tile).
  base::Status embedding_row(uint32_t token, std::span<float> out);

  // Waits for the read ahead that may be under way, so that the device that the source reads from
  // is free. Its error is reported when its bytes are wanted.
  void settle() { stream_.settle(); }

  // The bytes of a tile that is pinned; empty for others. Valid until the next plan().
  std::span<const std::byte> pinned_tile(uint32_t tensor_index, uint32_t tile) const;

  // A norm's weights; always pinned.
  std::span<const float> vector(uint32_t tensor_index) const;

 private:
  struct Buffers {
    uint64_t bytes;  // of each
    uint32_t count;
  };

  base::Status plan_all_pinned(base::Arena& arena, bool with_embedding);
  base::Status plan_streams(base::Arena& arena, const Options& options);
  PinnedTiles places_of(const Tensor& tensor, uint32_t tiles) const;
  base::Status pin(base::Arena& arena, uint32_t tensor_index, uint32_t tiles, const char* tag);
  Buffers buffers_for(uint64_t room, const Options& options) const;
  uint64_t matrix_bytes(bool with_embedding) const;
  uint64_t largest_tile() const;

  base::Status load_tensor(uint32_t tensor_index, uint64_t& loaded, LoadProgress* progress);
  TileRun<std::byte> next_pinned_run(uint32_t tensor_index, uint32_t& at) const;
  std::span<std::byte> pinned_data(uint32_t tensor_index, uint32_t tile) const;

  const ModelFile* file_ = nullptr;
  PassOrder order_;
  uint32_t embedding_ = 0;  // the index of its table
  TileReader reader_;
  WeightStream stream_;
  std::span<PinnedTiles> pinned_;  // one a tensor
  std::span<std::byte> row_buffer_;
  uint64_t buffer_bytes_ = 0;  // of each stream buffer
  uint64_t pinned_bytes_ = 0;
  uint64_t streamed_bytes_ = 0;
  uint64_t streamed_classifier_bytes_ = 0;
};

}  // namespace llama
