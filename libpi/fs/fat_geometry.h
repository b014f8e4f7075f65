// The boot sector of a FAT volume, decoded: where its parts are, in device blocks of 512 bytes.
//
// Source: Microsoft Extensible Firmware Initiative FAT32 File System Specification 1.03 (2000),
// "the specification" in this folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/status.h"
#include "libpi/fs/block_device.h"

namespace pi {

enum class FatKind : uint8_t { kFat12, kFat16, kFat32 };
const char* name_of(FatKind kind);

struct FatGeometry {
  FatKind kind;
  uint64_t first_block;     // of the volume: its boot sector
  uint64_t table_block;     // of the file allocation table in use
  uint64_t data_block;      // of cluster 2, the first one
  uint32_t cluster_blocks;  // blocks per cluster, a power of two
  uint32_t cluster_count;   // clusters 2 to cluster_count + 1 exist, and have an entry in the table
  uint64_t root_block;      // FAT12 and FAT16: the root folder's fixed place
  uint32_t root_entries;    // ... and its room, in entries of 32 bytes; FAT32: 0
  uint32_t root_cluster;    // FAT32: the root folder's first cluster

  uint32_t cluster_bytes() const {
    return cluster_blocks * static_cast<uint32_t>(BlockDevice::kBlockSize);
  }
  bool has_cluster(uint32_t cluster) const { return cluster >= 2 && cluster - 2 < cluster_count; }
  uint64_t block_of(uint32_t cluster) const {
    return data_block + uint64_t{cluster - 2} * cluster_blocks;
  }
};

// Whether a block of 512 bytes claims to be the boot sector of a FAT volume, sound or not.
bool looks_like_fat(std::span<const std::byte> boot_sector);

// Reads the boot sector (512 bytes) at device block `first_block` of `device_blocks`.
// kCorrupt names the field that is impossible; kUnsupported for unknown versions.
base::Result<FatGeometry> read_fat_geometry(std::span<const std::byte> boot_sector,
                                            uint64_t first_block, uint64_t device_blocks);

}  // namespace pi
