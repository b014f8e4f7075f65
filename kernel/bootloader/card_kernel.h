// The kernel on the card, which is started when none is pushed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"
#include "kernel/bootloader/memory_plan.h"
#include "libpi/fs/fat_volume.h"

namespace kernel {

// Reads the file into `room`, which begins at MemoryPlan::kKernelAddress, and returns
// its size. kNotFound: there is no such file. kInvalidArgument: it is a folder. kOutOfRange: larger
// than `room`, or it needs more memory than there is. kUnsupported, kCorrupt: not one of our
// kernels (libpi/push/image_header.h). And the errors of the card. After an error `room` is
// undefined.
base::Result<uint32_t> read_card_kernel(pi::FatVolume& volume, std::string_view path,
                                        const MemoryPlan& plan, std::span<std::byte> room);

}  // namespace kernel
