// Where the weights are while the model runs: what RAM holds is *pinned*, the rest *streams* past.
//
// Of each matrix the first tiles are pinned, by the same share for all, as many as the memory
// allows; the others arrive, in the order of execution, in *chunks* (runs of neighbouring tiles)
// through two buffers: while one is multiplied, the source fills the other. A model that fits is
// simply pinned whole and has no chunks: one mechanism, no second path.
//
// Every tile's CRC-32C is checked when it is pinned, and each time that it streams past: the core
// waits for the card anyway. A tile that does not match is read again, up to kReadAttempts times,
// and then reported; the pass is abandoned, never computed from wrong weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/arena.h"
#include "base/clock.h"
#include "base/status.h"
#include "llama/model_file.h"
#include "llama/profiler.h"
#include "llama/weight_source.h"

namespace llama {

struct WeightCounters {
  uint64_t bytes_read;      // from the source, since the model was opened
  uint64_t bytes_streamed;  // of these, in chunks and embedding rows
  uint64_t wait_us;         // spent waiting for the source while the core had nothing to do
  uint64_t transfer_us;  // reads were under way; one that ended unnoticed, until it was asked for
  uint64_t crc_retries;  // tiles read again because of their CRC
};

// Told of the progress of loading; at least once a megabyte.
class LoadProgress {
 public:
  virtual void loaded(uint64_t bytes, uint64_t of_bytes) = 0;

 protected:
  ~LoadProgress() = default;
};

class Weights {
 public:
  static constexpr int kReadAttempts = 3;

  struct Options {
    uint64_t chunk_bytes = 1 << 20;          // of each of the two stream buffers, at most
    uint64_t max_pinned_bytes = UINT64_MAX;  // of matrices; norms are always pinned
  };

  // Decides what is pinned and takes all of its arena room, under the tags "weight table", "norms",
  // "weights", "stream buffers" and "embedding row". Call it when all else has been allocated: what
  // is left is filled with weights. kOutOfMemory if not even the buffers fit. The arguments outlive
  // the weights. With a measuring arena it only plans.
  base::Status plan(const ModelFile& file, WeightSource& source, base::Clock& clock,
                    base::Arena& arena, const Options& options);

  // Reads what is pinned. kCorrupt names the tensor, the tile and its place in the file.
  base::Status load(LoadProgress* progress);

  uint64_t pinned_bytes() const { return pinned_bytes_; }
  // What a pass with classifier streams, and how much of that is the classifier.
  uint64_t streamed_bytes() const { return streamed_bytes_; }
  uint64_t streamed_classifier_bytes() const { return streamed_classifier_bytes_; }
  // What each embedding row costs a pass in reading; 0: the table is pinned.
  uint64_t row_bytes() const { return row_buffer_.size(); }
  const WeightCounters& counters() const { return counters_; }

  // To whom waiting and checking are charged; null: nobody. plan() forgets it.
  void set_profiler(Profiler* profiler) { profiler_ = profiler; }

  // A pass asks for the tiles of all layer matrices in file order, then, if `with_classifier`, for
  // those of the classifier. After an error, or a pass that was given up, the next begin_pass()
  // starts afresh.
  void begin_pass(bool with_classifier);

  // The bytes of the next tile of the pass; valid until the tile after it is asked for.
  base::Result<std::span<const std::byte>> tile(uint32_t tensor_index, uint32_t tile);

  // One row of the embedding table as floats, wherever it is. May be called between passes only
  // (after begin_pass(), before its first tile).
  base::Status embedding_row(uint32_t token, std::span<float> out);

  // Waits for the read ahead that may be under way, so that others can use what the source reads
  // from. An error of it is told when its bytes are wanted.
  void settle();

  // The bytes of a tile that is pinned; empty for others. Valid until the next plan().
  std::span<const std::byte> pinned_tile(uint32_t tensor_index, uint32_t tile) const;

  // A norm's weights; always pinned.
  std::span<const float> vector(uint32_t tensor_index) const;

 private:
  // Of one size on all machines, so that a plan made on one is right for another.
  struct alignas(16) Pinned {
    std::byte* data;
    uint32_t tiles;  // the first ones of the tensor
  };
  // A tile of a pass; `step` counts the pass's matrices in order of execution.
  struct Position {
    uint32_t step;
    uint32_t tile;
  };
  // Neighbouring tiles, in one buffer.
  struct Chunk {
    Position first{};
    uint32_t tiles = 0;  // 0: none
    uint64_t offset = 0;
    uint64_t bytes = 0;
    std::span<std::byte> buffer;
    bool holds(uint64_t tile_offset) const {
      return tiles != 0 && tile_offset >= offset && tile_offset - offset < bytes;
    }
  };

  base::Status plan_all_pinned(base::Arena& arena, bool with_embedding);
  base::Status plan_streams(base::Arena& arena, const Options& options);
  base::Status pin(base::Arena& arena, uint32_t tensor_index, uint32_t tiles, const char* tag);
  uint64_t matrix_bytes(bool with_embedding) const;
  uint64_t largest_tile() const;

  uint32_t steps(bool with_classifier) const;
  uint32_t tensor_at(uint32_t step) const;
  uint32_t step_of(uint32_t tensor_index) const;
  bool skip_pinned(Position& position, bool with_classifier) const;
  Position after(const Chunk& chunk) const;

  base::Status load_tensor(uint32_t tensor_index, uint64_t& loaded, LoadProgress* progress);
  base::Status next_chunk(Position wanted);
  base::Status stream_to(Position wanted);
  base::Status start_chunk(Position from, std::span<std::byte> buffer);
  base::Status verify_chunk(const Chunk& chunk);
  base::Status verify_tile(const Tensor& tensor, uint32_t tile, std::span<std::byte> data);
  base::Status start_read(uint64_t offset, std::span<std::byte> target);
  base::Status finish_read();
  bool is_whole(std::span<const std::byte> data, uint32_t crc);

  const ModelFile* file_ = nullptr;
  WeightSource* source_ = nullptr;
  base::Clock* clock_ = nullptr;
  Profiler* profiler_ = nullptr;
  std::span<Pinned> pinned_;  // one a tensor
  std::span<std::byte> buffers_[2];
  std::span<std::byte> row_buffer_;
  uint64_t pinned_bytes_ = 0;
  uint64_t streamed_bytes_ = 0;
  uint64_t streamed_classifier_bytes_ = 0;
  WeightCounters counters_{};
  bool reading_ = false;
  uint64_t read_began_us_ = 0;

  bool with_classifier_ = true;
  Chunk current_;               // being multiplied
  Chunk coming_;                // being read, or read but not yet used
  base::Status coming_status_;  // of coming_'s start, or of its end if that is known already
};

}  // namespace llama
