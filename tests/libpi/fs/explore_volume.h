// Asks a volume everything that can be asked: for tests that damage cards or let them fail.
#pragma once

#include <cstdint>

#include "libpi/fs/fat_volume.h"

namespace pi::testing {

struct Findings {
  uint32_t files = 0;
  uint32_t folders = 0;   // without the root
  uint32_t checksum = 0;  // of all names, sizes and contents
  base::Status first_error;
};

// Walks all folders (at most 64, with at most 2000 entries altogether), resolves and reads all
// files (their first and last 64 KiB). Continues after errors. CHECKs what must hold on any card:
// extents are within the device and add up to the file's size, a reader gives the bytes of the
// extents.
Findings explore(BlockDevice& device, FatVolume& volume);

// Mounts and explores, with a scratch buffer of the least size.
Findings mount_and_explore(BlockDevice& device);

}  // namespace pi::testing
