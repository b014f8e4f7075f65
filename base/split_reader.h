// A read in two halves, so that the core can compute while a device sends: start_read() begins it,
// finish_read() waits for its end. At most one read is under way.
//
// What is read from is the derived class's: blocks of a card (libpi/fs/block_device.h), bytes of a
// model file (llama/model/weight_source.h). `place` is in its unit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/align.h"
#include "base/check.h"
#include "base/status.h"

namespace base {

class SplitReader {
 public:
  // Reads are multiples of a card's block.
  static constexpr uint32_t kReadUnit = 512;
  // Targets begin with a cache line, so that DMA can write them.
  static constexpr size_t kTargetAlignment = kCacheLineBytes;

  // Begins to read target.size() bytes, a multiple of kReadUnit, from `place` on into `target`,
  // aligned to kTargetAlignment (both CHECKed). The target must not be touched, not even read,
  // until finish_read() has returned. kOutOfRange if the bytes do not all exist. After an error no
  // read is under way.
  Status start_read(uint64_t place, std::span<std::byte> target) {
    CHECK(reinterpret_cast<uintptr_t>(target.data()) % kTargetAlignment == 0);
    CHECK(target.size() % kReadUnit == 0);
    CHECK(!under_way_);
    TRY(do_check_range(place, target.size()));
    TRY(do_start_read(place, target));
    under_way_ = true;
    return ok_status();
  }

  // Takes the next step of the read under way, if there is one to take, and does not wait for the
  // device. True when finish_read() will not wait either, also when no read is under way.
  bool poll() { return !under_way_ || do_poll(); }

  // Waits until the read that was started is complete, retries included, at most until the device's
  // own deadline. kTimeout, kIo: the target's content is undefined; the message says where. Without
  // a started read it is ok and does nothing.
  Status finish_read() {
    if (!under_way_) return ok_status();
    under_way_ = false;
    return do_finish_read();
  }

  Status read(uint64_t place, std::span<std::byte> target) {
    TRY(start_read(place, target));
    return finish_read();
  }

 protected:
  ~SplitReader() = default;

 private:
  // kOutOfRange unless all of the bytes exist. CHECKs that `place` is one where reads may begin.
  virtual Status do_check_range(uint64_t place, size_t bytes) const = 0;
  virtual Status do_start_read(uint64_t place, std::span<std::byte> target) = 0;
  virtual bool do_poll() { return true; }  // what start_read() completes has no steps
  virtual Status do_finish_read() = 0;

  bool under_way_ = false;
};

}  // namespace base
