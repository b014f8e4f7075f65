#include "llama/weights.h"

#include "base/bytes.h"
#include "base/check.h"
#include "base/crc32c.h"

namespace llama {
namespace {

using base::ErrorCode;
using base::Status;

// Matrices of a layer in order of execution, as places within its tensors.
constexpr uint32_t kMatricesPerLayer = 7;
constexpr uint32_t kMatrixPlaces[kMatricesPerLayer] = {1, 2, 3, 4, 6, 7, 8};

// One command of the card reads a megabyte at most, so longer reads gain nothing.
constexpr uint64_t kLoadPiece = 1 << 20;

uint64_t room_of(const base::Arena& arena, const Weights::Options& options) {
  return arena.available() < options.max_pinned_bytes ? arena.available()
                                                      : options.max_pinned_bytes;
}

}  // namespace

uint32_t Weights::steps(bool with_classifier) const {
  return file_->config().n_layers * kMatricesPerLayer + (with_classifier ? 1 : 0);
}

uint32_t Weights::tensor_at(uint32_t step) const {
  const uint32_t layer = step / kMatricesPerLayer;
  if (layer == file_->config().n_layers) return file_->classifier_index();
  return 1 + layer * kTensorsPerLayer + kMatrixPlaces[step % kMatricesPerLayer];
}

uint32_t Weights::step_of(uint32_t tensor_index) const {
  if (tensor_index == file_->classifier_index()) return steps(false);
  const uint32_t layer = (tensor_index - 1) / kTensorsPerLayer;
  const uint32_t place = (tensor_index - 1) % kTensorsPerLayer;
  uint32_t matrix = 0;
  while (matrix < kMatricesPerLayer && kMatrixPlaces[matrix] != place) ++matrix;
  CHECK(matrix < kMatricesPerLayer);
  return layer * kMatricesPerLayer + matrix;
}

// ---- Planning

uint64_t Weights::matrix_bytes(bool with_embedding) const {
  uint64_t sum = 0;
  for (uint32_t step = 0; step < steps(true); ++step) {
    sum += file_->tensors()[tensor_at(step)].bytes;
  }
  if (with_embedding && !file_->config().tied_classifier) {
    sum += file_->tensors()[ModelFile::kEmbeddingIndex].bytes;
  }
  return sum;
}

uint64_t Weights::largest_tile() const {
  uint64_t largest = 0;
  for (uint32_t step = 0; step < steps(true); ++step) {
    const uint64_t bytes = file_->tensors()[tensor_at(step)].bytes_of_tile(0);
    largest = bytes > largest ? bytes : largest;
  }
  return largest;
}

Status Weights::pin(base::Arena& arena, uint32_t tensor_index, uint32_t tiles, const char* tag) {
  const uint64_t bytes = file_->tensors()[tensor_index].bytes_of_first(tiles);
  TRY_ASSIGN(const auto memory, arena.allocate<std::byte>(bytes, tag));
  if (!arena.is_measuring()) pinned_[tensor_index] = {memory.data(), tiles};
  pinned_bytes_ += bytes;
  return base::ok_status();
}

Status Weights::plan(const ModelFile& file, WeightSource& source, base::Clock& clock,
                     base::Arena& arena, const Options& options) {
  *this = Weights();
  file_ = &file;
  source_ = &source;
  clock_ = &clock;
  TRY_ASSIGN(pinned_, arena.allocate<Pinned>(file.tensors().size(), "weight table"));
  if (!arena.is_measuring()) {
    for (Pinned& pinned : pinned_) pinned = {};
  }
  for (uint32_t i = 0; i < file.tensors().size(); ++i) {
    if (file.tensors()[i].is_vector()) TRY(pin(arena, i, 1, "norms"));
  }
  pinned_bytes_ = 0;  // counts matrices

  const uint64_t room = room_of(arena, options);
  const uint64_t row_bytes = file.tensors()[ModelFile::kEmbeddingIndex].bytes_of_tile(0);
  if (matrix_bytes(true) <= room) return plan_all_pinned(arena, true);
  TRY_ASSIGN(row_buffer_, arena.allocate<std::byte>(row_bytes, "embedding row"));
  // Of the embedding table a token needs one row: it is the last to be worth pinning.
  if (!file.config().tied_classifier && matrix_bytes(false) + row_bytes <= room) {
    return plan_all_pinned(arena, false);
  }
  return plan_streams(arena, options);
}

Status Weights::plan_all_pinned(base::Arena& arena, bool with_embedding) {
  for (uint32_t i = 0; i < file_->tensors().size(); ++i) {
    const Tensor& tensor = file_->tensors()[i];
    if (tensor.is_vector() || (i == ModelFile::kEmbeddingIndex && !with_embedding)) continue;
    TRY(pin(arena, i, tensor.tile_count, "weights"));
  }
  return base::ok_status();
}

Status Weights::plan_streams(base::Arena& arena, const Options& options) {
  // Buffers of an eighth of the room leave most of it for pinning; a tile is the least.
  const uint64_t eighth = arena.available() / 8 / kTileAlignment * kTileAlignment;
  const uint64_t wished = eighth < options.chunk_bytes ? eighth : options.chunk_bytes;
  const uint64_t chunk =
      base::round_up<uint64_t>(wished > largest_tile() ? wished : largest_tile(), kTileAlignment);
  for (auto& buffer : buffers_) {
    TRY_ASSIGN(buffer, arena.allocate<std::byte>(chunk, "stream buffers"));
  }
  uint64_t left = room_of(arena, options);
  const uint64_t total = matrix_bytes(false);
  const uint64_t shared = left < total ? left : total;
  // The same share of every matrix first, so that the card is busy at every moment of a pass; then
  // what is left over, a tile each.
  for (int round = 0; round < 2; ++round) {
    for (uint32_t step = 0; step < steps(true); ++step) {
      const uint32_t index = tensor_at(step);
      const Tensor& tensor = file_->tensors()[index];
      // By bytes, rounded down: a tensor's last tile is shorter than the others, so that half of
      // the tiles may be more than half of the bytes. In units of kTileAlignment no product
      // overflows.
      const uint64_t share_units =
          tensor.bytes / kTileAlignment * (shared / kTileAlignment) / (total / kTileAlignment);
      const auto share = static_cast<uint32_t>(share_units * kTileAlignment / tensor.tile_bytes);
      if (round == 0) {
        left -= tensor.bytes_of_first(share);
        continue;
      }
      const bool one_more = share < tensor.tile_count && tensor.bytes_of_tile(share) <= left;
      if (one_more) left -= tensor.bytes_of_tile(share);
      const uint32_t tiles = share + (one_more ? 1 : 0);
      TRY(pin(arena, index, tiles, "weights"));
      if (step == steps(false)) {
        streamed_classifier_bytes_ = tensor.bytes - tensor.bytes_of_first(tiles);
      }
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

Status Weights::load_tensor(uint32_t tensor_index, uint64_t& loaded, LoadProgress* progress) {
  const Tensor& tensor = file_->tensors()[tensor_index];
  const Pinned& pinned = pinned_[tensor_index];
  // Tiles [from, to) are being read; those before `from` still wait for their check, which is done
  // while the card sends.
  uint32_t unchecked = 0;
  uint32_t from = 0;
  while (unchecked < pinned.tiles) {
    uint32_t to = from;
    uint64_t bytes = 0;
    while (to < pinned.tiles && (to == from || bytes + tensor.bytes_of_tile(to) <= kLoadPiece)) {
      bytes += tensor.bytes_of_tile(to++);
    }
    const auto data = [&](uint32_t tile) {
      return std::span(pinned.data + uint64_t{tile} * tensor.tile_bytes,
                       static_cast<size_t>(tensor.bytes_of_tile(tile)));
    };
    if (to > from) {
      TRY(start_read(tensor.offset_of_tile(from), {data(from).data(), static_cast<size_t>(bytes)}));
    }
    // A second read of a damaged tile needs the source for itself.
    uint32_t damaged = from;
    for (uint32_t tile = unchecked; tile < from && damaged == from; ++tile) {
      if (!is_whole(data(tile), file_->tile_crc(tensor.first_tile + tile))) damaged = tile;
    }
    TRY(finish_read());
    for (uint32_t tile = damaged; tile < from; ++tile) {
      TRY(verify_tile(tensor, tile, data(tile)));
    }
    counters_.bytes_read += bytes;
    loaded += bytes;
    if (progress != nullptr && !tensor.is_vector()) {
      progress->loaded(loaded < pinned_bytes_ ? loaded : pinned_bytes_, pinned_bytes_);
    }
    unchecked = from;
    from = to;
  }
  return base::ok_status();
}

bool Weights::is_whole(std::span<const std::byte> data, uint32_t crc) {
  const Profiler::Scope scope(profiler_, Operation::kCrc);
  return base::crc32c(data) == crc;
}

// Some sources do not come back before the first bytes are there.
Status Weights::start_read(uint64_t offset, std::span<std::byte> target) {
  const Profiler::Scope scope(profiler_, Operation::kCardWait);
  read_began_us_ = clock_->now_us();
  const Status status = source_->start_read(offset, target);
  reading_ = status.ok();
  counters_.wait_us += clock_->now_us() - read_began_us_;
  return status;
}

Status Weights::finish_read() {
  if (!reading_) return base::ok_status();
  reading_ = false;
  const Profiler::Scope scope(profiler_, Operation::kCardWait);
  const uint64_t before = clock_->now_us();
  const Status status = source_->finish_read();
  const uint64_t now = clock_->now_us();
  counters_.wait_us += now - before;
  counters_.transfer_us += now - read_began_us_;
  return status;
}

// Checks a tile and reads it again if need be. No read is under way.
Status Weights::verify_tile(const Tensor& tensor, uint32_t tile, std::span<std::byte> data) {
  const uint32_t expected = file_->tile_crc(tensor.first_tile + tile);
  for (int attempt = 0; attempt < kReadAttempts; ++attempt) {
    if (is_whole(data, expected)) return base::ok_status();
    ++counters_.crc_retries;
    TRY(start_read(tensor.offset_of_tile(tile), data));
    TRY(finish_read());
  }
  if (is_whole(data, expected)) return base::ok_status();
  const auto index = static_cast<uint32_t>(&tensor - file_->tensors().data());
  const auto segment = static_cast<uint64_t>(&file_->segment_of(index) - file_->segments().data());
  return Status::error(ErrorCode::kCorrupt,
                       "segment {}, tile {} (from byte {} of the file on) does not match its CRC, "
                       "read after read: the file or the card is damaged; copy the model again",
                       segment, tile, tensor.offset_of_tile(tile));
}

// ---- Streaming

void Weights::settle() {
  const Status finished = finish_read();
  if (coming_status_.ok()) coming_status_ = finished;
}

void Weights::begin_pass(bool with_classifier) { with_classifier_ = with_classifier; }

// Moves on to the first tile that is not pinned; false if the pass has none from here on.
bool Weights::skip_pinned(Position& position, bool with_classifier) const {
  for (; position.step < steps(with_classifier); position = {position.step + 1, 0}) {
    const uint32_t index = tensor_at(position.step);
    if (position.tile < pinned_[index].tiles) position.tile = pinned_[index].tiles;
    if (position.tile < file_->tensors()[index].tile_count) return true;
  }
  return false;
}

Weights::Position Weights::after(const Chunk& chunk) const {
  Position position = chunk.first;
  for (uint32_t i = 0; i < chunk.tiles; ++i) {
    ++position.tile;
    // At a pass's end the next one begins.
    if (!skip_pinned(position, with_classifier_)) position = {0, 0};
  }
  return position;
}

// Begins to read as many neighbouring tiles from `from` on as the buffer takes.
Status Weights::start_chunk(Position from, std::span<std::byte> buffer) {
  coming_ = {};
  coming_status_ = base::ok_status();
  if (!skip_pinned(from, with_classifier_)) return base::ok_status();
  Chunk chunk;
  chunk.first = from;
  chunk.buffer = buffer;
  do {
    const Tensor& tensor = file_->tensors()[tensor_at(from.step)];
    const uint64_t offset = tensor.offset_of_tile(from.tile);
    const uint64_t bytes = tensor.bytes_of_tile(from.tile);
    if (chunk.tiles == 0) chunk.offset = offset;
    if (offset != chunk.offset + chunk.bytes || chunk.bytes + bytes > buffer.size()) break;
    chunk.bytes += bytes;
    ++chunk.tiles;
    ++from.tile;
  } while (skip_pinned(from, with_classifier_));
  coming_ = chunk;
  coming_status_ = start_read(chunk.offset, buffer.first(static_cast<size_t>(chunk.bytes)));
  return coming_status_;
}

// Makes the chunk with `wanted` the current one and sets the next one on its way.
Status Weights::stream_to(Position wanted) {
  const Tensor& tensor = file_->tensors()[tensor_at(wanted.step)];
  const uint64_t offset = tensor.offset_of_tile(wanted.tile);
  const auto other = [&] {
    return current_.buffer.data() == buffers_[0].data() ? buffers_[1] : buffers_[0];
  };
  settle();
  if (!coming_.holds(offset) || !coming_status_.ok()) {
    // The first chunk ever, or a pass that was given up, or a read ahead that failed: what it met
    // may be over by now, and if not, this read tells.
    TRY(start_chunk(wanted, other()));
    coming_status_ = finish_read();
  }
  TRY(coming_status_);
  current_ = coming_;
  counters_.bytes_read += current_.bytes;
  counters_.bytes_streamed += current_.bytes;
  // The next read comes first, the check of this one while it is under way. An error of the next
  // one is told when it is its turn.
  static_cast<void>(start_chunk(after(current_), other()));
  return verify_chunk(current_);
}

Status Weights::verify_chunk(const Chunk& chunk) {
  Position position = chunk.first;
  for (uint32_t i = 0; i < chunk.tiles; ++i) {
    const Tensor& tensor = file_->tensors()[tensor_at(position.step)];
    const auto data = chunk.buffer.subspan(
        static_cast<size_t>(tensor.offset_of_tile(position.tile) - chunk.offset),
        static_cast<size_t>(tensor.bytes_of_tile(position.tile)));
    if (!is_whole(data, file_->tile_crc(tensor.first_tile + position.tile))) {
      settle();
      TRY(verify_tile(tensor, position.tile, data));
    }
    ++position.tile;
    // The chunk may have been started by a pass that needed the classifier.
    skip_pinned(position, true);
  }
  return base::ok_status();
}

base::Result<std::span<const std::byte>> Weights::tile(uint32_t tensor_index, uint32_t tile) {
  const Tensor& tensor = file_->tensors()[tensor_index];
  CHECK(tile < tensor.tile_count);
  const auto bytes = static_cast<size_t>(tensor.bytes_of_tile(tile));
  const Pinned& pinned = pinned_[tensor_index];
  if (tile < pinned.tiles) {
    return std::span<const std::byte>(pinned.data + uint64_t{tile} * tensor.tile_bytes, bytes);
  }
  const uint64_t offset = tensor.offset_of_tile(tile);
  if (!current_.holds(offset)) {
    const Status status = stream_to({step_of(tensor_index), tile});
    if (!status.ok()) {
      static_cast<void>(finish_read());
      current_ = {};
      coming_ = {};
      coming_status_ = base::ok_status();
      return status;
    }
  }
  return std::span<const std::byte>(
      current_.buffer.subspan(static_cast<size_t>(offset - current_.offset), bytes));
}

Status Weights::embedding_row(uint32_t token, std::span<float> out) {
  const Tensor& tensor = file_->tensors()[ModelFile::kEmbeddingIndex];
  CHECK(token < tensor.rows && out.size() == tensor.columns);
  const uint32_t tile = token / tensor.rows_per_tile;
  const uint32_t row = token % tensor.rows_per_tile;
  const auto bytes = static_cast<size_t>(tensor.bytes_of_tile(tile));
  const Pinned& pinned = pinned_[ModelFile::kEmbeddingIndex];
  std::span<std::byte> data;
  if (tile < pinned.tiles) {
    data = {pinned.data + uint64_t{tile} * tensor.tile_bytes, bytes};
  } else {
    // The source takes one read at a time: a chunk that is under way comes first.
    settle();
    data = row_buffer_.first(bytes);
    TRY(start_read(tensor.offset_of_tile(tile), data));
    TRY(finish_read());
    counters_.bytes_read += bytes;
    counters_.bytes_streamed += bytes;
    TRY(verify_tile(tensor, tile, data));
  }
  const auto group_bytes = static_cast<size_t>(row_group_bytes(tensor.type, tensor.columns));
  unpack_row(tensor.type, data.subspan(row / kRowsPerGroup * group_bytes, group_bytes),
             row % kRowsPerGroup, out);
  return base::ok_status();
}

std::span<const std::byte> Weights::pinned_tile(uint32_t tensor_index, uint32_t tile) const {
  const Tensor& tensor = file_->tensors()[tensor_index];
  const Pinned& pinned = pinned_[tensor_index];
  if (tile >= pinned.tiles) return {};
  return {pinned.data + uint64_t{tile} * tensor.tile_bytes,
          static_cast<size_t>(tensor.bytes_of_tile(tile))};
}

std::span<const float> Weights::vector(uint32_t tensor_index) const {
  const Tensor& tensor = file_->tensors()[tensor_index];
  CHECK(tensor.is_vector());
  // Little-endian f32 as stored is a float on every machine that we build for.
  return {reinterpret_cast<const float*>(pinned_[tensor_index].data), tensor.columns};
}

}  // namespace llama
