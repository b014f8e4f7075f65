// A card image in a file of the host.
#pragma once

#include <cstdint>
#include <string>

#include "libpi/fs/block_device.h"

namespace host {

class ImageFile final : public pi::BlockDevice {
 public:
  // Opens `path` (a file, or a block device such as a card reader) for reading. kNotFound when it
  // does not exist, kIo when it cannot be read; an incomplete last block is left out.
  static base::Result<ImageFile> open(const std::string& path);

  ImageFile(ImageFile&& other) noexcept;
  ImageFile& operator=(ImageFile&&) = delete;
  ~ImageFile();

 private:
  ImageFile(int descriptor, uint64_t block_count)
      : descriptor_(descriptor), block_count_(block_count) {}
  uint64_t do_block_count() const override { return block_count_; }
  base::Status do_start_read(uint64_t first_block, std::span<std::byte> target) override;
  base::Status do_finish_read() override;

  int descriptor_;
  uint64_t block_count_;
  uint64_t pending_block_ = 0;
  std::span<std::byte> pending_target_;
};

}  // namespace host
