#include "kernel/file_weight_source.h"

namespace kernel {

using base::Status;

Status FileWeightSource::do_start_read(uint64_t offset, std::span<std::byte> target) {
  if (is_cancelled_) return Status::error(base::ErrorCode::kCancelled, "stopped");
  block_ = offset / pi::BlockDevice::kBlockSize;
  left_ = target;
  return start_next_run();
}

// Starts to read as much of what is left as lies in one piece on the card.
Status FileWeightSource::start_next_run() {
  if (left_.empty()) return base::ok_status();
  uint64_t within = block_;
  for (const pi::Extent& extent : extents_) {
    if (within >= extent.block_count) {
      within -= extent.block_count;
      continue;
    }
    const uint64_t wanted = left_.size() / pi::BlockDevice::kBlockSize;
    const uint64_t there = extent.block_count - within;
    const uint64_t blocks = wanted < there ? wanted : there;
    const auto part = left_.first(static_cast<size_t>(blocks * pi::BlockDevice::kBlockSize));
    block_ += blocks;
    left_ = left_.subspan(part.size());
    return device_->start_read(extent.first_block + within, part);
  }
  return Status::error(base::ErrorCode::kOutOfRange,
                       "block {} lies beyond the model file: it is truncated; copy it again",
                       block_);
}

Status FileWeightSource::do_finish_read() {
  Status status = device_->finish_read();
  while (status.ok() && !left_.empty()) {
    status = start_next_run();
    if (status.ok()) status = device_->finish_read();
  }
  return status;
}

}  // namespace kernel
