// The whole storage interface: numbered blocks of 512 bytes, read-only, each read in two halves
// (base/split_reader.h). An SD card (libpi/sd_card.h), a RAM disk, an image file on the host and
// the failing device of the tests are all BlockDevices.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/split_reader.h"
#include "base/status.h"

namespace pi {

// A read's place is its first block.
class BlockDevice : public base::SplitReader {
 public:
  static constexpr size_t kBlockSize = kReadUnit;

  uint64_t block_count() const { return do_block_count(); }

 protected:
  ~BlockDevice() = default;

 private:
  virtual uint64_t do_block_count() const = 0;

  base::Status do_check_range(uint64_t first_block, size_t bytes) const final {
    const uint64_t count = bytes / kBlockSize;
    if (first_block <= block_count() && count <= block_count() - first_block) {
      return base::ok_status();
    }
    return base::Status::error(base::ErrorCode::kOutOfRange,
                               "blocks {} to {} lie beyond the card's end at {}", first_block,
                               first_block + count, block_count());
  }
};

}  // namespace pi
