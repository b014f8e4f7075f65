// Where the boot loader is, and where it puts what it receives: never over itself, and so that
// the kernel has one large piece of memory left (Board::divide_memory).
//
//   0x8000           the kernel's image, and above it its zeroed data and stacks
//   loader_begin     16 MiB: the loader, which is free memory once the kernel runs
//   loader_end
//   ... free ...
//   the RAM disk     as high as it goes, at a whole MiB
//   memory_end       where the memory of the GPU begins
#pragma once

#include <cstdint>
#include <optional>

#include "base/status.h"
#include "kernel/board/boot_tags.h"
#include "libpi/core/boot.h"
#include "libpi/push/image_header.h"
#include "libpi/push/protocol.h"

namespace kernel {

struct MemoryPlan {
  uint32_t loader_begin;
  uint32_t loader_end;
  uint32_t memory_end;
  // A RAM disk that the firmware has loaded; kept for kernels that come without one.
  std::optional<RamDiskRange> firmware_ram_disk;

  // Where the firmware loads and enters kernels, and so do we.
  static constexpr uint32_t kKernelAddress = pi::core::kImageAddress;
  // What the kernel looks through for tags.
  static constexpr uint32_t kMaxCommandLine = 16 * 1024;

  uint32_t max_kernel_bytes() const { return loader_begin - kKernelAddress; }
  uint32_t max_ram_disk_bytes() const;
  // For a size that fits.
  uint32_t ram_disk_address(uint32_t size) const;

  // Before a byte was received. kUnsupported: a kernel for another address, or not a kernel.
  // kOutOfRange: command line, kernel or RAM disk are too large.
  base::Status check_offer(const pi::push::Offer& offer) const;

  // Once the image is there: whether it may be entered, with a RAM disk at `ram_disk_begin` (or
  // memory_end). kUnsupported: it belongs elsewhere. kOutOfRange: its data and stacks would run
  // into the RAM disk or out of the memory.
  base::Status check_image(const pi::push::ImageHeader& header, uint32_t ram_disk_begin) const;
};

}  // namespace kernel
