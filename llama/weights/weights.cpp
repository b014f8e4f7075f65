#include "llama/weights/weights.h"

#include <algorithm>

#include "base/align.h"
#include "base/check.h"

namespace llama {
namespace {

using base::Status;

// One command of the card reads a MiB at most, so longer reads gain nothing.
constexpr uint64_t kMostLoadBytes = 1 << 20;

uint64_t room_of(const base::Arena& arena, const Weights::Options& options) {
  return std::min(arena.available(), options.max_pinned_bytes);
}

}  // namespace

// ---- Planning

uint64_t Weights::matrix_bytes(bool with_embedding) const {
  uint64_t sum = 0;
  for (uint32_t step = 0; step < order_.steps(true); ++step) {
    sum += file_->tensors()[order_.tensor_at(step)].bytes;
  }
  if (with_embedding && !file_->config().tied_classifier) {
    sum += file_->tensors()[embedding_].bytes;
  }
  return sum;
}

uint64_t Weights::largest_tile() const {
  uint64_t largest = 0;
  for (uint32_t step = 0; step < order_.steps(true); ++step) {
    largest = std::max<uint64_t>(largest, file_->tensors()[order_.tensor_at(step)].tile_bytes);
  }
  return largest;
}

// Which tiles are pinned if so many are: a streamed run is what a buffer holds.
PinnedTiles Weights::places_of(const Tensor& tensor, uint32_t tiles) const {
  const uint64_t run = std::max<uint64_t>(buffer_bytes_ / tensor.tile_bytes, 1);
  return {nullptr, tensor.tile_count, tiles, static_cast<uint32_t>(run)};
}

Status Weights::pin(base::Arena& arena, uint32_t tensor_index, uint32_t tiles, const char* tag) {
  const Tensor& tensor = file_->tensors()[tensor_index];
  PinnedTiles places = places_of(tensor, tiles);
  const uint64_t bytes = places.bytes(tensor);
  TRY_ASSIGN(const auto memory, arena.allocate<std::byte>(bytes, tag));
  if (!arena.is_measuring()) {
    places.set_data(memory.data());
    pinned_[tensor_index] = places;
  }
  pinned_bytes_ += bytes;
  return base::ok_status();
}

Status Weights::plan(const ModelFile& file, WeightSource& source, base::Clock& clock,
                     base::Arena& arena, const Options& options) {
  file_ = &file;
  order_ = PassOrder(file);
  embedding_ = file.index_of(TensorRole::kEmbedding);
  reader_ = TileReader(file, source, clock);
  TRY_ASSIGN(pinned_, arena.allocate<PinnedTiles>(file.tensors().size(), "weight table"));
  if (!arena.is_measuring()) {
    for (PinnedTiles& pinned : pinned_) pinned = {};
  }
  stream_ = WeightStream(file, pinned_, reader_);
  row_buffer_ = {};
  buffer_bytes_ = pinned_bytes_ = streamed_bytes_ = streamed_classifier_bytes_ = 0;
  for (uint32_t i = 0; i < file.tensors().size(); ++i) {
    if (file.tensors()[i].is_vector()) TRY(pin(arena, i, 1, "norms"));
  }
  pinned_bytes_ = 0;  // counts matrices

  const uint64_t room = room_of(arena, options);
  const uint64_t row_bytes = file.tensors()[embedding_].tile_bytes;
  if (matrix_bytes(true) <= room) return plan_all_pinned(arena, true);
  TRY_ASSIGN(row_buffer_, arena.allocate<std::byte>(row_bytes, "embedding row"));
  // A token needs one row of the embedding table: it is the last that is worth pinning.
  if (!file.config().tied_classifier && matrix_bytes(false) + row_bytes <= room) {
    return plan_all_pinned(arena, false);
  }
  return plan_streams(arena, options);
}

Status Weights::plan_all_pinned(base::Arena& arena, bool with_embedding) {
  for (uint32_t i = 0; i < file_->tensors().size(); ++i) {
    const Tensor& tensor = file_->tensors()[i];
    if (tensor.is_vector() || (i == embedding_ && !with_embedding)) continue;
    TRY(pin(arena, i, tensor.tile_count, kPinnedTag));
  }
  return base::ok_status();
}

// Buffers of an eighth of the room leave most of it for pinning; more than two of them may take an
// eighth together. A tile is the least.
Weights::Buffers Weights::buffers_for(uint64_t room, const Options& options) const {
  const uint64_t eighth = room / 8 / kTileAlignment * kTileAlignment;
  const uint64_t wished = std::min(eighth, options.buffer_bytes);
  const uint64_t bytes = base::round_up<uint64_t>(std::max(wished, largest_tile()), kTileAlignment);
  const auto count = static_cast<uint32_t>(
      std::clamp<uint64_t>(eighth / bytes, 2, std::max<uint32_t>(options.buffers, 2)));
  return {bytes, count};
}

Status Weights::plan_streams(base::Arena& arena, const Options& options) {
  CHECK(options.buffers <= WeightStream::kMostBuffers);
  const Buffers buffers = buffers_for(arena.available(), options);
  buffer_bytes_ = buffers.bytes;
  for (uint32_t i = 0; i < buffers.count; ++i) {
    TRY_ASSIGN(const auto buffer, arena.allocate<std::byte>(buffers.bytes, "stream buffers"));
    stream_.add_buffer(buffer);
  }
  uint64_t left = room_of(arena, options);
  const uint64_t total = matrix_bytes(false);
  const uint64_t shared = left < total ? left : total;
  // The same share of every matrix first, so that the card is busy at every moment of a pass; then
  // what is left over, a tile each.
  for (int round = 0; round < 2; ++round) {
    for (uint32_t step = 0; step < order_.steps(true); ++step) {
      const uint32_t index = order_.tensor_at(step);
      const Tensor& tensor = file_->tensors()[index];
      // By bytes, rounded down: tiles are of tile_bytes at most, so that half of the tiles may be
      // more than half of the bytes. In units of kTileAlignment no product overflows.
      const uint64_t share_units =
          tensor.bytes / kTileAlignment * (shared / kTileAlignment) / (total / kTileAlignment);
      const auto share = static_cast<uint32_t>(share_units * kTileAlignment / tensor.tile_bytes);
      const uint64_t share_bytes = places_of(tensor, share).bytes(tensor);
      if (round == 0) {
        left -= share_bytes;
        continue;
      }
      uint32_t tiles = share;
      uint64_t bytes = share_bytes;
      if (share < tensor.tile_count) {
        const uint64_t with_one_more = places_of(tensor, share + 1).bytes(tensor);
        if (with_one_more <= share_bytes + left) {
          ++tiles;
          bytes = with_one_more;
        }
      }
      left = left + share_bytes - bytes;
      TRY(pin(arena, index, tiles, kPinnedTag));
      if (step == order_.layer_steps()) streamed_classifier_bytes_ = tensor.bytes - bytes;
    }
  }
  streamed_bytes_ = total - pinned_bytes_;
  return base::ok_status();
}

// ---- Loading

Status Weights::load(LoadProgress* progress) {
  uint64_t loaded = 0;
  for (uint32_t i = 0; i < file_->tensors().size(); ++i) {
    TRY(load_tensor(i, loaded, progress));
  }
  return base::ok_status();
}

// While a run arrives, the one before it is checked.
Status Weights::load_tensor(uint32_t tensor_index, uint64_t& loaded, LoadProgress* progress) {
  const Tensor& tensor = file_->tensors()[tensor_index];
  TileRun<std::byte> before;
  for (uint32_t at = 0;;) {
    const TileRun<std::byte> run = next_pinned_run(tensor_index, at);
    if (run.count > 0) TRY(reader_.start(tensor.offset_of_tile(run.first), run.data));
    // A second read of a damaged tile needs the source for itself.
    uint32_t whole = 0;
    while (whole < before.count &&
           reader_.is_whole(tensor, before.first + whole, before.tile(tensor, whole))) {
      ++whole;
    }
    TRY(reader_.finish());
    for (uint32_t i = whole; i < before.count; ++i) {
      TRY(reader_.verify(tensor, before.first + i, before.tile(tensor, i)));
    }
    if (run.count == 0) return base::ok_status();
    reader_.counters().bytes_read += run.data.size();
    loaded += run.data.size();
    if (progress != nullptr && !tensor.is_vector()) {
      progress->loaded(std::min(loaded, pinned_bytes_), pinned_bytes_);
    }
    before = run;
  }
}

// The first pinned run at or after `at`, as long as one read may be; moves `at` past it. Empty at
// the tensor's end.
TileRun<std::byte> Weights::next_pinned_run(uint32_t tensor_index, uint32_t& at) const {
  const Tensor& tensor = file_->tensors()[tensor_index];
  const PinnedTiles& pinned = pinned_[tensor_index];
  TileRun<std::byte> run;
  while (at < tensor.tile_count) {
    const auto place = pinned.place_of(at, tensor.tile_count);
    if (!place.is_pinned) {
      at += place.left;
      continue;
    }
    uint64_t bytes = 0;
    run.first = at;
    while (run.count < place.left &&
           (run.count == 0 || bytes + tensor.bytes_of_tile(at) <= kMostLoadBytes)) {
      bytes += tensor.bytes_of_tile(at++);
      ++run.count;
    }
    run.data = {pinned.data() + pinned.bytes_of_first(tensor, place.before),
                static_cast<size_t>(bytes)};
    break;
  }
  return run;
}

// ---- What a pass asks for

std::span<std::byte> Weights::pinned_data(uint32_t tensor_index, uint32_t tile) const {
  const Tensor& tensor = file_->tensors()[tensor_index];
  const PinnedTiles& pinned = pinned_[tensor_index];
  const auto place = pinned.place_of(tile, tensor.tile_count);
  if (!place.is_pinned) return {};
  return {pinned.data() + pinned.bytes_of_first(tensor, place.before),
          static_cast<size_t>(tensor.bytes_of_tile(tile))};
}

base::Result<TileRun<const std::byte>> Weights::run_at(uint32_t tensor_index, uint32_t first) {
  const Tensor& tensor = file_->tensors()[tensor_index];
  CHECK(first < tensor.tile_count);
  if (stream_.is_used()) stream_.keep_reading(tensor_index, first);
  auto data = pinned_data(tensor_index, first);
  if (data.empty()) {
    TRY_ASSIGN(const auto streamed, stream_.tile(tensor_index, first));
    return TileRun<const std::byte>{first, 1, streamed};
  }
  uint32_t count = 1;
  if (!stream_.is_used() && tensor.tiles_per_run > 1) {
    // All of the tensor is pinned.
    count = std::min(tensor.tiles_per_run, tensor.tile_count - first);
    data = {data.data(), static_cast<size_t>(tensor.bytes_of_tiles(first, count))};
  }
  return TileRun<const std::byte>{first, count, data};
}

base::Status Weights::embedding_row(uint32_t token, std::span<float> out) {
  const Tensor& tensor = file_->tensors()[embedding_];
  CHECK(token < tensor.rows && out.size() == tensor.columns);
  const uint32_t tile = token / tensor.rows_per_tile;
  const uint32_t row = token % tensor.rows_per_tile;
  std::span<std::byte> data = pinned_data(embedding_, tile);
  if (data.empty()) {
    // The source takes one read at a time: a run that is being read comes first.
    stream_.settle();
    data = row_buffer_.first(static_cast<size_t>(tensor.bytes_of_tile(tile)));
    TRY(reader_.start(tensor.offset_of_tile(tile), data));
    TRY(reader_.finish());
    reader_.counters().bytes_read += data.size();
    reader_.counters().bytes_streamed += data.size();
    TRY(reader_.verify(tensor, tile, data));
  }
  unpack_row(tensor.type, data, row, out);
  return base::ok_status();
}

std::span<const std::byte> Weights::pinned_tile(uint32_t tensor_index, uint32_t tile) const {
  return pinned_data(tensor_index, tile);
}

std::span<const float> Weights::vector(uint32_t tensor_index) const {
  const Tensor& tensor = file_->tensors()[tensor_index];
  CHECK(tensor.is_vector());
  // A little-endian f32 is a float on every machine that this is built for.
  return {reinterpret_cast<const float*>(pinned_[tensor_index].data()), tensor.columns};
}

}  // namespace llama
