#include "llama/weights/weight_stream.h"

#include "base/check.h"

namespace llama {

using base::Status;

void WeightStream::add_buffer(std::span<std::byte> buffer) {
  CHECK(buffer_count_ < kMostBuffers);
  buffers_[buffer_count_++].memory = buffer;
}

// Moves to the first tile at or after `position` that streams; false if the pass has none.
bool WeightStream::find_streamed(Position& position) const {
  for (; position.step < order_.steps(with_classifier_); position = {position.step + 1, 0}) {
    const uint32_t index = order_.tensor_at(position.step);
    const uint32_t tiles = file_->tensors()[index].tile_count;
    while (position.tile < tiles) {
      const auto place = pinned_[index].place_of(position.tile, tiles);
      if (!place.is_pinned) return true;
      position.tile += place.left;
    }
  }
  return false;
}

// Only the last buffer can be under way.
void WeightStream::drop_front() {
  if (count_ == 1) static_cast<void>(reader_->finish());
  first_ = (first_ + 1) % buffer_count_;
  --count_;
}

void WeightStream::drop_all() {
  while (count_ > 0) drop_front();
}

// Begins to read into the next buffer as many neighbouring tiles as it holds; `from` streams.
Status WeightStream::fill_next(Position from) {
  CHECK(count_ < buffer_count_ && !reader_->is_reading());
  ++count_;
  Buffer& buffer = back();
  buffer.bytes = buffer.checked = 0;
  buffer.is_used = false;
  do {
    const Tensor& tensor = file_->tensors()[order_.tensor_at(from.step)];
    const uint64_t offset = tensor.offset_of_tile(from.tile);
    const uint64_t bytes = tensor.bytes_of_tile(from.tile);
    if (buffer.bytes == 0) buffer.offset = offset;
    const bool is_next = offset == buffer.offset + buffer.bytes;
    if (!is_next || buffer.bytes + bytes > buffer.memory.size()) break;
    buffer.bytes += bytes;
    ++from.tile;
  } while (find_streamed(from));
  buffer.after = from;
  const auto target = buffer.memory.first(static_cast<size_t>(buffer.bytes));
  buffer.status = reader_->start(buffer.offset, target);
  return buffer.status;
}

// The next read, if there is a buffer for it. Its error is reported when its tiles are wanted;
// until then no other read is tried.
void WeightStream::read_ahead() {
  if (count_ == 0 || count_ == buffer_count_ || reader_->is_reading() || !back().status.ok()) {
    return;
  }
  Position next = back().after;
  if (!find_streamed(next)) {
    // At the end of a pass the next pass's tiles are read.
    next = {0, 0};
    if (!find_streamed(next)) return;
  }
  static_cast<void>(fill_next(next));
}

void WeightStream::settle() {
  if (!reader_->is_reading()) return;
  const Status finished = reader_->finish();
  if (back().status.ok()) back().status = finished;
}

void WeightStream::keep_reading(uint32_t tensor_index, uint32_t tile) {
  if (reader_->is_reading()) {
    if (!reader_->poll()) return;
    settle();
  }
  if (count_ > 0) return read_ahead();
  Position from{order_.step_of(tensor_index), tile};
  if (find_streamed(from)) static_cast<void>(fill_next(from));
}

// Makes the buffer with `wanted` the first one, completely read.
Status WeightStream::bring(Position wanted, uint64_t offset) {
  // One usually; a pass that was given up leaves more of them.
  while (count_ > 0 && !front().holds(offset)) drop_front();
  if (count_ > 0 && front().is_used) return base::ok_status();
  if (count_ == 1) settle();
  // The cause of a failed read ahead may be gone by now; if not, another read reports it.
  if (count_ > 0 && !front().status.ok()) drop_all();
  if (count_ == 0) {
    TRY(fill_next(wanted));
    settle();
    TRY(front().status);
  }
  front().is_used = true;
  reader_->counters().bytes_read += front().bytes;
  reader_->counters().bytes_streamed += front().bytes;
  // The next read comes first, the checks of these tiles while it is under way.
  read_ahead();
  return base::ok_status();
}

Status WeightStream::check(const Tensor& tensor, uint32_t tile) {
  const uint64_t at = tensor.offset_of_tile(tile) - front().offset;
  const auto bytes = static_cast<size_t>(tensor.bytes_of_tile(tile));
  if (at + bytes <= front().checked) return base::ok_status();
  const auto data = front().memory.subspan(static_cast<size_t>(at), bytes);
  if (!reader_->is_whole(tensor, tile, data)) {
    // A second read needs the source for itself.
    settle();
    TRY(reader_->verify(tensor, tile, data));
  }
  front().checked = at + bytes;
  return base::ok_status();
}

base::Result<std::span<const std::byte>> WeightStream::tile(uint32_t tensor_index, uint32_t tile) {
  const Tensor& tensor = file_->tensors()[tensor_index];
  const uint64_t offset = tensor.offset_of_tile(tile);
  Status status = bring({order_.step_of(tensor_index), tile}, offset);
  if (status.ok()) status = check(tensor, tile);
  if (!status.ok()) {
    drop_all();
    return status;
  }
  return std::span<const std::byte>(
      front().memory.subspan(static_cast<size_t>(offset - front().offset),
                             static_cast<size_t>(tensor.bytes_of_tile(tile))));
}

}  // namespace llama
