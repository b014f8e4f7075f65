#include "kernel/bootloader/memory_plan.h"

#include <algorithm>

namespace kernel {

using base::ErrorCode;
using base::Status;
using pi::push::Part;

namespace {

constexpr uint32_t kMiB = 1 << 20;

}  // namespace

uint32_t MemoryPlan::max_ram_disk_bytes() const {
  const uint32_t lowest = (loader_end + kMiB - 1) / kMiB * kMiB;
  return memory_end > lowest ? memory_end - lowest : 0;
}

uint32_t MemoryPlan::ram_disk_address(uint32_t size) const {
  return (memory_end - size) / kMiB * kMiB;
}

Status MemoryPlan::check_offer(const pi::push::Offer& offer) const {
  const uint32_t kernel_bytes = offer.part(Part::kKernel).size;
  if (offer.kernel_address != kKernelAddress) {
    return Status::error(ErrorCode::kUnsupported,
                         "the image is made for address {:x}, and kernels begin at {:x}",
                         offer.kernel_address, kKernelAddress);
  }
  if (kernel_bytes < pi::push::kImageHeaderBytes) {
    return Status::error(ErrorCode::kUnsupported, "{} bytes are too few for a kernel",
                         kernel_bytes);
  }
  if (kernel_bytes > max_kernel_bytes()) {
    return Status::error(ErrorCode::kOutOfRange,
                         "the kernel has {} bytes, and there is room for {} below the boot loader",
                         kernel_bytes, max_kernel_bytes());
  }
  if (const uint32_t bytes = offer.part(Part::kCommandLine).size; bytes > kMaxCommandLine) {
    return Status::error(ErrorCode::kOutOfRange,
                         "the command line has {} bytes, and at most {} are passed on", bytes,
                         kMaxCommandLine);
  }
  if (const uint32_t bytes = offer.part(Part::kRamDisk).size; bytes > max_ram_disk_bytes()) {
    return Status::error(ErrorCode::kOutOfRange,
                         "the RAM disk has {} bytes, and the Pi's memory has room for {}", bytes,
                         max_ram_disk_bytes());
  }
  return base::ok_status();
}

Status MemoryPlan::check_image(const pi::push::ImageHeader& header, uint32_t ram_disk_begin) const {
  if (header.address != kKernelAddress) {
    return Status::error(ErrorCode::kUnsupported,
                         "the image is made for address {:x}, and kernels begin at {:x}",
                         header.address, kKernelAddress);
  }
  const uint32_t end = std::min(ram_disk_begin, memory_end);
  if (header.memory_end > end) {
    return Status::error(ErrorCode::kOutOfRange,
                         "the kernel needs memory up to {:x}, and there is memory up to {:x}",
                         header.memory_end, end);
  }
  return base::ok_status();
}

}  // namespace kernel
