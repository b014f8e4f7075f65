// Reads of a weight source, timed and counted, and the check of tiles: what comes from the card is
// what the converter wrote, or an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/clock.h"
#include "base/status.h"
#include "llama/model/model_file.h"
#include "llama/model/weight_source.h"
#include "llama/profiler.h"

namespace llama {

struct WeightCounters {
  uint64_t bytes_read;      // from the source, since the model was opened
  uint64_t bytes_streamed;  // of these, in streamed tiles and embedding rows
  uint64_t wait_us;         // spent waiting for the source while the core had nothing to do
  uint64_t transfer_us;  // reads were under way; one that ended earlier counts until it was polled
  uint64_t crc_retries;  // tiles read again because of their CRC
};

class TileReader {
 public:
  static constexpr int kReadAttempts = 3;

  TileReader() = default;
  // The arguments outlive the reader.
  TileReader(const ModelFile& file, WeightSource& source, base::Clock& clock)
      : file_(&file), source_(&source), clock_(&clock) {}

  // What waiting and checking are charged to; may be null.
  void set_profiler(Profiler* profiler) { profiler_ = profiler; }
  WeightCounters& counters() { return counters_; }
  const WeightCounters& counters() const { return counters_; }

  // As the source's, at most one read at a time.
  base::Status start(uint64_t offset, std::span<std::byte> target);
  bool is_reading() const { return reading_; }
  bool poll();
  base::Status finish();

  // Whether the bytes have the tile's checksum and hold its rows.
  bool is_whole(const Tensor& tensor, uint32_t tile, std::span<const std::byte> data);
  // Checks a tile, and reads it again up to kReadAttempts times while its checksum does not match.
  // No read may be under way. kCorrupt names the tensor, and its place in the file and on the card.
  base::Status verify(const Tensor& tensor, uint32_t tile, std::span<std::byte> data);

 private:
  bool has_checksum(const Tensor& tensor, uint32_t tile, std::span<const std::byte> data);
  static bool holds_rows(const Tensor& tensor, uint32_t tile, std::span<const std::byte> data);
  base::Status damaged(const Tensor& tensor, uint32_t tile, bool has_checksum) const;

  const ModelFile* file_ = nullptr;
  WeightSource* source_ = nullptr;
  base::Clock* clock_ = nullptr;
  Profiler* profiler_ = nullptr;
  WeightCounters counters_{};
  bool reading_ = false;
  uint64_t began_us_ = 0;
};

}  // namespace llama
