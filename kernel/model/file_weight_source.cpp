#include "kernel/model/file_weight_source.h"

#include <algorithm>

namespace kernel {

using base::Status;

namespace {

constexpr size_t kBlock = pi::BlockDevice::kBlockSize;

}  // namespace

// The extent is extents_.size() for a block beyond all. A file may consist of a hundred thousand
// extents: the search continues where it ended, and starts over only when the file is read
// backwards.
FileWeightSource::Place FileWeightSource::find(uint64_t block, Place from) const {
  if (block < from.before) from = {};
  while (from.extent < extents_.size() &&
         block - from.before >= extents_[from.extent].block_count) {
    from.before += extents_[from.extent++].block_count;
  }
  from.within = block - from.before;
  return from;
}

uint64_t FileWeightSource::do_block_of(uint64_t offset) const {
  const Place place = find(offset / kBlock, {});
  if (place.extent == extents_.size()) return device_->block_count();
  return extents_[place.extent].first_block + place.within;
}

Status FileWeightSource::do_start_read(uint64_t offset, std::span<std::byte> target) {
  if (is_cancelled_) return Status::error(base::ErrorCode::kCancelled, "stopped");
  block_ = offset / kBlock;
  left_ = target;
  status_ = base::ok_status();
  return start_next_run();
}

// Starts to read as much of what is left as lies in one piece on the card.
Status FileWeightSource::start_next_run() {
  if (left_.empty()) return base::ok_status();
  place_ = find(block_, place_);
  if (place_.extent == extents_.size()) {
    place_ = {};
    return Status::error(base::ErrorCode::kOutOfRange,
                         "block {} lies beyond the model file: it is truncated; copy it again",
                         block_);
  }
  const pi::Extent& extent = extents_[place_.extent];
  const uint64_t blocks =
      std::min<uint64_t>(left_.size() / kBlock, extent.block_count - place_.within);
  const auto part = left_.first(static_cast<size_t>(blocks * kBlock));
  block_ += blocks;
  left_ = left_.subspan(part.size());
  return device_->start_read(extent.first_block + place_.within, part);
}

// The end of one run makes room for the next.
bool FileWeightSource::do_poll() {
  if (!device_->poll()) return false;
  if (left_.empty() || !status_.ok()) return true;
  status_ = device_->finish_read();
  if (status_.ok()) status_ = start_next_run();
  return !status_.ok();
}

Status FileWeightSource::do_finish_read() {
  if (!status_.ok()) return status_;
  Status status = device_->finish_read();
  while (status.ok() && !left_.empty()) {
    status = start_next_run();
    if (status.ok()) status = device_->finish_read();
  }
  return status;
}

}  // namespace kernel
