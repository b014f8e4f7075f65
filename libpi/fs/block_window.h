// Bytes at any place of a block device, seen through one buffer: the file system's only cache.
//
// Sequential reads fill the whole buffer (a file allocation table of some hundred KiB takes a
// handful of commands); scattered ones take 4 KiB at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/status.h"
#include "libpi/fs/block_device.h"

namespace pi {

class BlockWindow {
 public:
  // The longest view. A view of it at an odd place spans 9 blocks, in a window that begins at a
  // multiple of 8: 16 blocks, 8 KiB, always hold it.
  static constexpr size_t kMaxView = 4096;
  static constexpr size_t kMinBuffer = 8192;

  // `buffer` is aligned to BlockDevice::kTargetAlignment, at least kMinBuffer long (both CHECKed),
  // and like `device` outlives the window. More than 64 KiB gains little.
  BlockWindow(BlockDevice& device, std::span<std::byte> buffer);

  uint64_t block_count() const { return device_->block_count(); }

  // `size` bytes (1 to kMaxView, CHECKed) that begin at byte `position` of the device. Valid until
  // the next view. kOutOfRange beyond the device's end; otherwise what the device says. A failed
  // view leaves nothing behind that a later one could take for the card's content.
  base::Result<std::span<const std::byte>> view(uint64_t position, size_t size);

 private:
  base::Status load(uint64_t first_block, uint64_t last_block);

  BlockDevice* device_;
  std::span<std::byte> buffer_;
  uint64_t first_block_ = 0;
  uint64_t block_count_ = 0;  // that are valid in the buffer
};

}  // namespace pi
