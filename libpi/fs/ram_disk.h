// A block device over memory: an image that came over the serial line, or a test's bytes.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>

#include "libpi/fs/block_device.h"

namespace pi {

class RamDisk final : public BlockDevice {
 public:
  // `image` outlives the disk; an incomplete last block is left out.
  explicit RamDisk(std::span<const std::byte> image) : image_(image) {}

 private:
  uint64_t do_block_count() const override { return image_.size() / kBlockSize; }
  base::Status do_start_read(uint64_t first_block, std::span<std::byte> target) override {
    if (target.empty()) return base::ok_status();
    std::memcpy(target.data(), image_.data() + static_cast<size_t>(first_block) * kBlockSize,
                target.size());
    return base::ok_status();
  }
  base::Status do_finish_read() override { return base::ok_status(); }

  std::span<const std::byte> image_;
};

}  // namespace pi
