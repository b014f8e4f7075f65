// The whole storage interface: numbered blocks of 512 bytes, read-only.
//
// A read has two halves, so that the core can compute while the card sends: start_read() begins
// it, finish_read() waits for its end. At most one read is under way per device. An SD card
// (libpi/sd_card.h), a RAM disk, an image file on the host and the failing device of the tests are
// all BlockDevices.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "base/status.h"

namespace pi {

class BlockDevice {
 public:
  static constexpr size_t kBlockSize = 512;
  // What DMA wants of a target (one cache line, ARM1176 TRM 7.2).
  static constexpr size_t kTargetAlignment = 32;

  uint64_t block_count() const { return do_block_count(); }

  // Begins to read target.size() / 512 blocks from `first_block` on. `target` is aligned to 32
  // bytes, a multiple of 512 bytes long (both CHECKed), and must not be touched, not even read,
  // until finish_read() has returned. kOutOfRange if the blocks do not all exist. After an error
  // no read is under way.
  base::Status start_read(uint64_t first_block, std::span<std::byte> target) {
    CHECK(reinterpret_cast<uintptr_t>(target.data()) % kTargetAlignment == 0);
    CHECK(target.size() % kBlockSize == 0);
    CHECK(!under_way_);
    const uint64_t count = target.size() / kBlockSize;
    if (first_block > block_count() || count > block_count() - first_block) {
      return base::Status::error(base::ErrorCode::kOutOfRange,
                                 "blocks {} to {} lie beyond the card's end at {}", first_block,
                                 first_block + count, block_count());
    }
    TRY(do_start_read(first_block, target));
    under_way_ = true;
    return base::ok_status();
  }

  // Takes the next step of the read under way, if the device has any to take, and does not wait for
  // the card. True when finish_read() will not wait either, also when no read is under way. For who
  // has something else to do meanwhile.
  bool poll() { return !under_way_ || do_poll(); }

  // Waits until the read that was started is complete (retries included), at most until the
  // device's own deadline. kTimeout, kIo: the target's content is undefined; the message names the
  // block. Without a started read it is ok and does nothing.
  base::Status finish_read() {
    if (!under_way_) return base::ok_status();
    under_way_ = false;
    return do_finish_read();
  }

  base::Status read(uint64_t first_block, std::span<std::byte> target) {
    TRY(start_read(first_block, target));
    return finish_read();
  }

 protected:
  ~BlockDevice() = default;

 private:
  virtual uint64_t do_block_count() const = 0;
  virtual base::Status do_start_read(uint64_t first_block, std::span<std::byte> target) = 0;
  virtual bool do_poll() { return true; }  // what start_read() completes has no steps
  virtual base::Status do_finish_read() = 0;

  bool under_way_ = false;
};

}  // namespace pi
