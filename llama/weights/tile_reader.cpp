#include "llama/weights/tile_reader.h"

#include "base/crc32c.h"
#include "base/format.h"

namespace llama {

using base::ErrorCode;
using base::Status;

// Some sources return only when the first bytes are there.
Status TileReader::start(uint64_t offset, std::span<std::byte> target) {
  const Profiler::Scope scope(profiler_, Operation::kCardWait);
  began_us_ = clock_->now_us();
  const Status status = source_->start_read(offset, target);
  reading_ = status.ok();
  counters_.wait_us += clock_->now_us() - began_us_;
  return status;
}

// A step is short, but it may begin the read of the file's next extent.
bool TileReader::poll() {
  const Profiler::Scope scope(profiler_, Operation::kCardWait);
  const uint64_t before = clock_->now_us();
  const bool done = source_->poll();
  counters_.wait_us += clock_->now_us() - before;
  return done;
}

Status TileReader::finish() {
  if (!reading_) return base::ok_status();
  reading_ = false;
  const Profiler::Scope scope(profiler_, Operation::kCardWait);
  const uint64_t before = clock_->now_us();
  const Status status = source_->finish_read();
  const uint64_t now = clock_->now_us();
  counters_.wait_us += now - before;
  counters_.transfer_us += now - began_us_;
  return status;
}

bool TileReader::has_checksum(const Tensor& tensor, uint32_t tile,
                              std::span<const std::byte> data) {
  const Profiler::Scope scope(profiler_, Operation::kCrc);
  return base::crc32c(data) == file_->tile_crc(tensor.first_tile + tile);
}

// Types whose rows always take the same have been checked with the directory.
bool TileReader::holds_rows(const Tensor& tensor, uint32_t tile, std::span<const std::byte> data) {
  const WeightTraits& traits = traits_of(tensor.type);
  return !traits.has_own_sizes() ||
         traits.holds_rows(data, tensor.rows_in_tile(tile), tensor.columns);
}

bool TileReader::is_whole(const Tensor& tensor, uint32_t tile, std::span<const std::byte> data) {
  return has_checksum(tensor, tile, data) && holds_rows(tensor, tile, data);
}

Status TileReader::verify(const Tensor& tensor, uint32_t tile, std::span<std::byte> data) {
  for (int attempt = 0; !has_checksum(tensor, tile, data); ++attempt) {
    if (attempt == kReadAttempts) return damaged(tensor, tile, false);
    ++counters_.crc_retries;
    TRY(start(tensor.offset_of_tile(tile), data));
    TRY(finish());
  }
  return holds_rows(tensor, tile, data) ? base::ok_status() : damaged(tensor, tile, true);
}

Status TileReader::damaged(const Tensor& tensor, uint32_t tile, bool has_checksum) const {
  const auto index = static_cast<uint32_t>(&tensor - file_->tensors().data());
  char memory[Status::kNameBytes];
  base::TextBuffer name(memory);
  name.write(name_of(tensor.role));
  if (file_->segment_of(index).kind == SegmentKind::kLayer) {
    base::print(name, " of layer {}", tensor.layer);
  }
  const uint64_t offset = tensor.offset_of_tile(tile);
  const ModelParts& parts = file_->parts();
  const uint64_t block = source_->block_of(offset);
  if (parts.count == 1) {
    return Status::error(
        ErrorCode::kCorrupt,
        has_checksum
            ? "{} has masks that ask for more weights than there are, at byte {} of the file "
              "(block {}): the file was not written by barellama; make the model again"
            : "{} does not match its CRC, read after read, at byte {} of the file (block "
              "{}): the file or the card is damaged; copy the model again",
        name.view(), offset, block);
  }
  return Status::error(
      ErrorCode::kCorrupt,
      has_checksum
          ? "{} has masks that ask for more weights than there are, at byte {} of part {} (block "
            "{}): the file was not written by barellama; make the model again"
          : "{} does not match its CRC, read after read, at byte {} of part {} (block "
            "{}): the file or the card is damaged; copy the model again",
      name.view(), parts.byte_in_file(offset), parts.part_of(offset), block);
}

}  // namespace llama
