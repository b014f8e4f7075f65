#include "libpi/fs/block_window.h"

#include <algorithm>

#include "base/check.h"

namespace pi {
namespace {

constexpr uint64_t kBlock = BlockDevice::kBlockSize;
constexpr uint64_t kScatteredBlocks = 8;

}  // namespace

BlockWindow::BlockWindow(BlockDevice& device, std::span<std::byte> buffer)
    : device_(&device),
      buffer_(buffer.first(buffer.size() / BlockDevice::kBlockSize * BlockDevice::kBlockSize)) {
  CHECK(reinterpret_cast<uintptr_t>(buffer.data()) % BlockDevice::kTargetAlignment == 0);
  CHECK(buffer_.size() >= kMinBuffer);
}

base::Result<std::span<const std::byte>> BlockWindow::view(uint64_t position, size_t size) {
  CHECK(size > 0 && size <= kMaxView);
  const uint64_t first = position / kBlock;
  const uint64_t last = (position + size - 1) / kBlock;
  if (first < first_block_ || last >= first_block_ + block_count_) TRY(load(first, last));
  const size_t offset = static_cast<size_t>(position - first_block_ * kBlock);
  return std::span<const std::byte>(buffer_).subspan(offset, size);
}

base::Status BlockWindow::load(uint64_t first_block, uint64_t last_block) {
  const bool in_order =
      block_count_ > 0 && first_block >= first_block_ && first_block <= first_block_ + block_count_;
  uint64_t start = first_block;
  uint64_t count = buffer_.size() / kBlock;
  if (!in_order) {
    // Begins at a multiple of 8, so that a walk downwards does not read each block 8 times.
    start = first_block / kScatteredBlocks * kScatteredBlocks;
    count = std::max(kScatteredBlocks, last_block - start + 1);
  }
  // Not beyond the end of the device, except for what was asked for: the device then refuses it in
  // its own words.
  const uint64_t device_end = std::max(device_->block_count(), last_block + 1);
  count = std::min(count, device_end - start);
  block_count_ = 0;
  TRY(device_->read(start, buffer_.first(static_cast<size_t>(count * kBlock))));
  first_block_ = start;
  block_count_ = count;
  return base::ok_status();
}

}  // namespace pi
