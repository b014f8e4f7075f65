// A model file on a card as a WeightSource: byte ranges of the file become block runs of the
// device, by the list of extents that the file system gave once.
#pragma once

#include <cstdint>
#include <span>

#include "libpi/fs/block_device.h"
#include "libpi/fs/extent.h"
#include "llama/model/weight_source.h"

namespace kernel {

class FileWeightSource final : public llama::WeightSource {
 public:
  FileWeightSource() = default;
  // Device and extents outlive the source.
  FileWeightSource(pi::BlockDevice& device, std::span<const pi::Extent> extents,
                   uint64_t size_bytes)
      : device_(&device), extents_(extents), size_bytes_(size_bytes) {}

  // On the device. The file is not empty.
  uint64_t first_block() const { return extents_.front().first_block; }

  // Later reads are refused: kCancelled.
  void cancel() { is_cancelled_ = true; }

 private:
  uint64_t do_size_bytes() const override { return size_bytes_; }
  uint64_t do_block_of(uint64_t offset) const override;
  base::Status do_start_read(uint64_t offset, std::span<std::byte> target) override;
  bool do_poll() override;
  base::Status do_finish_read() override;
  base::Status start_next_run();

  // Where a block of the file is: in which extent, and how far within.
  struct Place {
    size_t extent = 0;
    uint64_t before = 0;  // blocks of the file before the extent
    uint64_t within = 0;
  };
  Place find(uint64_t block, Place from) const;

  pi::BlockDevice* device_ = nullptr;
  std::span<const pi::Extent> extents_;
  uint64_t size_bytes_ = 0;
  bool is_cancelled_ = false;

  // What part of the read has not been started.
  uint64_t block_ = 0;  // of the file
  std::span<std::byte> left_;
  Place place_;          // of what was started last: from there it is never far
  base::Status status_;  // of the runs that poll() has ended
};

}  // namespace kernel
