// Where the bytes of a model file come from. The Pi reads a card
// (kernel/model/file_weight_source.h), the host a file, tests a memory block that fails on purpose;
// llama/ cannot tell them apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "base/status.h"

namespace llama {

class WeightSource {
 public:
  // Reads start on this boundary of the file and are multiples of it: one card block.
  static constexpr uint32_t kReadUnit = 512;
  // Targets start on a cache line, so that DMA can write them (ARM1176 TRM 7.2).
  static constexpr uint32_t kTargetAlignment = 32;

  uint64_t size_bytes() const { return do_size_bytes(); }
  // The number that the device itself has for the block at this place of the file: for messages.
  uint64_t block_of(uint64_t offset) const { return do_block_of(offset); }

  // Begins to read target.size() bytes of the file from `offset` on. The target must not be touched
  // until finish_read() has returned. At most one read is under way. kOutOfRange beyond the end.
  base::Status start_read(uint64_t offset, std::span<std::byte> target) {
    CHECK(offset % kReadUnit == 0 && target.size() % kReadUnit == 0);
    CHECK(reinterpret_cast<uintptr_t>(target.data()) % kTargetAlignment == 0);
    CHECK(!under_way_);
    if (offset > size_bytes() || target.size() > size_bytes() - offset) {
      return base::Status::error(base::ErrorCode::kOutOfRange,
                                 "the model file ends at byte {}, but bytes {} to {} are needed: "
                                 "it is truncated; copy it again",
                                 size_bytes(), offset, offset + target.size());
    }
    TRY(do_start_read(offset, target));
    under_way_ = true;
    return base::ok_status();
  }

  // Takes the next step of the read under way, if there is one to take, and does not wait. True
  // when finish_read() will not wait either, also when no read is under way.
  bool poll() { return !under_way_ || do_poll(); }

  // Waits for the read that was started, with the device's own retries and deadline. After an error
  // the target's content is undefined. Without a started read it is ok and does nothing.
  base::Status finish_read() {
    if (!under_way_) return base::ok_status();
    under_way_ = false;
    return do_finish_read();
  }

  base::Status read(uint64_t offset, std::span<std::byte> target) {
    TRY(start_read(offset, target));
    return finish_read();
  }

 protected:
  ~WeightSource() = default;

 private:
  virtual uint64_t do_size_bytes() const = 0;
  virtual uint64_t do_block_of(uint64_t offset) const { return offset / kReadUnit; }
  virtual base::Status do_start_read(uint64_t offset, std::span<std::byte> target) = 0;
  virtual bool do_poll() { return true; }  // what start_read() completes has no steps
  virtual base::Status do_finish_read() = 0;

  bool under_way_ = false;
};

}  // namespace llama
