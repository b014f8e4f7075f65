// Where the bytes of a model file come from, each read in two halves (base/split_reader.h). The Pi
// reads a card (kernel/model/file_weight_source.h), the host a file, tests a memory block that
// fails on purpose; llama/ cannot tell them apart.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "base/split_reader.h"
#include "base/status.h"

namespace llama {

// A read's place is a byte of the file, a multiple of kReadUnit (CHECKed).
class WeightSource : public base::SplitReader {
 public:
  uint64_t size_bytes() const { return do_size_bytes(); }
  // The number that the device itself has for the block at this place of the file: for messages.
  uint64_t block_of(uint64_t offset) const { return do_block_of(offset); }

 protected:
  ~WeightSource() = default;

 private:
  virtual uint64_t do_size_bytes() const = 0;
  virtual uint64_t do_block_of(uint64_t offset) const { return offset / kReadUnit; }

  base::Status do_check_range(uint64_t offset, size_t bytes) const final {
    CHECK(offset % kReadUnit == 0);
    if (offset <= size_bytes() && bytes <= size_bytes() - offset) return base::ok_status();
    return base::Status::error(base::ErrorCode::kOutOfRange,
                               "the model file ends at byte {}, but bytes {} to {} are needed: it "
                               "is truncated; copy it again",
                               size_bytes(), offset, offset + bytes);
  }
};

}  // namespace llama
