#include <algorithm>
#include <bit>

#include "host-tools/card/card_writer.h"
#include "host-tools/support/failure.h"

namespace host {

namespace {

constexpr uint64_t kMiB = 1 << 20;
// The volume's boot sectors, both tables of a FAT16, its root folder, and the rounding of its data
// area up to a cluster: well below this.
constexpr uint64_t kFixedOverhead = kMiB;

// FAT16 has 4,085 to 65,524 clusters (Microsoft's specification, "FAT Type Determination"), which
// is why the smaller cards need smaller clusters.
CardLayout layout_of(uint64_t size) {
  if (size <= 64 * kMiB) return {size, 8192, 16};
  if (size <= 128 * kMiB) return {size, 16384, 16};
  if (size <= 2048 * kMiB) return {size, 32768, 16};
  return {size, size <= 32768 * kMiB ? 32768u : 65536u, 32};
}

uint64_t needed_bytes(const std::vector<CardFile>& files, const CardLayout& layout) {
  uint64_t bytes = kPartitionOffset + kFixedOverhead;
  for (const CardFile& file : files) {
    bytes += (file.size / layout.cluster_bytes + 1) * layout.cluster_bytes;
  }
  // Both tables of a FAT32 have four bytes per cluster.
  if (layout.fat_bits == 32) bytes += layout.image_bytes / layout.cluster_bytes * 8;
  return bytes;
}

// FAT12 has up to 4,084 clusters, FAT16 as said above; both stay a little below.
constexpr uint64_t kMostFat12Clusters = 4000;
constexpr uint64_t kMostFat16Clusters = 65'000;
constexpr uint32_t kMinClusterBytes = 512;
constexpr uint32_t kMaxRamDiskClusterBytes = 32768;

uint64_t clusters_for(const std::vector<CardFile>& files, uint32_t cluster_bytes) {
  uint64_t clusters = 0;
  for (const CardFile& file : files) clusters += file.size / cluster_bytes + 1;
  return clusters;
}

}  // namespace

CardLayout plan_ram_disk(const std::vector<CardFile>& files) {
  CardLayout layout = {0, kMinClusterBytes, 12, 0};
  while (clusters_for(files, layout.cluster_bytes) > kMostFat12Clusters &&
         layout.cluster_bytes < kMaxRamDiskClusterBytes) {
    layout.cluster_bytes *= 2;
  }
  uint64_t clusters = clusters_for(files, layout.cluster_bytes);
  if (clusters > kMostFat12Clusters) layout.fat_bits = 16;
  if (clusters > kMostFat16Clusters) fail("the files are too large for any RAM disk");
  // A FAT16 with fewer clusters would be taken for a FAT12, and mkfs.fat refuses the very smallest.
  clusters = std::max<uint64_t>(clusters, layout.fat_bits == 16 ? 4100 : 64);
  // Boot sector, root folder, rounding; two tables of at most two bytes per cluster.
  constexpr uint64_t kOverhead = 8192;
  const uint64_t bytes = kOverhead + clusters * (layout.cluster_bytes + 4);
  layout.image_bytes = (bytes + 1023) / 1024 * 1024;
  return layout;
}

CardLayout plan_card(const std::vector<CardFile>& files, std::optional<uint64_t> size) {
  if (size && (!std::has_single_bit(*size) || *size < kMinCardBytes || *size > kMaxCardBytes)) {
    fail("--size: must be a power of two from 64M to 1024G, not {}", *size);
  }
  CardLayout layout = layout_of(size.value_or(kMinDefaultCardBytes));
  while (needed_bytes(files, layout) > layout.image_bytes) {
    if (size) {
      fail("--size: the files need {} MiB, and the card would have {}",
           needed_bytes(files, layout) / kMiB + 1, *size / kMiB);
    }
    if (layout.image_bytes >= kMaxCardBytes) fail("the files are too large for any card");
    layout = layout_of(layout.image_bytes * 2);
  }
  return layout;
}

}  // namespace host
