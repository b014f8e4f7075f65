#include "libpi/fs/cluster_chain.h"

#include "base/bytes.h"

namespace pi {
namespace {

using base::ErrorCode;
using base::Status;

// Entries of all kinds are widened to 32 bits, so that these values serve for all: the marks of
// FAT12 (0xff7, 0xff8...) and FAT16 keep their distance from the top.
constexpr uint32_t kBadCluster = 0xfffffff7;
constexpr uint32_t kFirstEndMark = 0xfffffff8;

constexpr uint32_t widen(uint32_t entry, uint32_t mask) {
  return entry >= (mask & ~7u) - 1 ? entry | ~mask : entry;
}
static_assert(widen(0xff7, 0xfff) == kBadCluster && widen(0xff6, 0xfff) == 0xff6);
static_assert(widen(0x0ffffff8, 0x0fffffff) == kFirstEndMark);

}  // namespace

base::Result<std::optional<ClusterRun>> ClusterChain::next_run() {
  if (at_end_) return std::optional<ClusterRun>();
  if (!geometry_->has_cluster(next_)) {
    return Status::error(
        ErrorCode::kCorrupt,
        "a folder entry leads to cluster {}, but the volume has {} clusters; check "
        "the card with fsck",
        next_, geometry_->cluster_count);
  }
  ClusterRun run{walked_, next_, 0};
  uint32_t cluster = next_;
  for (;;) {
    if (walked_ + run.count == most_) {
      return Status::error(ErrorCode::kCorrupt,
                           "the cluster chain of a file or folder goes on at cluster {} beyond the "
                           "{} clusters that its size allows; check the card with fsck",
                           cluster, most_);
    }
    ++run.count;
    TRY_ASSIGN(const std::optional<uint32_t> link, link_of(cluster));
    if (link != cluster + 1) {
      at_end_ = !link.has_value();
      next_ = link.value_or(0);
      walked_ += run.count;
      return std::optional<ClusterRun>(run);
    }
    ++cluster;
  }
}

base::Result<std::optional<uint32_t>> ClusterChain::link_of(uint32_t cluster) {
  TRY_ASSIGN(const uint32_t entry, table_entry(cluster));
  if (geometry_->has_cluster(entry)) return std::optional<uint32_t>(entry);
  if (entry >= kFirstEndMark) return std::optional<uint32_t>();
  if (entry == kBadCluster) {
    return Status::error(ErrorCode::kCorrupt,
                         "after cluster {} comes one that is marked bad; check the card with fsck",
                         cluster);
  }
  if (entry == 0) {
    return Status::error(ErrorCode::kCorrupt,
                         "cluster {} belongs to a file, but is marked free; check the card with "
                         "fsck",
                         cluster);
  }
  return Status::error(ErrorCode::kCorrupt,
                       "after cluster {} comes cluster {}, but the volume has {} clusters; check "
                       "the card with fsck",
                       cluster, entry, geometry_->cluster_count);
}

base::Result<uint32_t> ClusterChain::table_entry(uint32_t cluster) {
  const uint64_t table = geometry_->table_block * BlockDevice::kBlockSize;
  switch (geometry_->kind) {
    case FatKind::kFat12: {
      // Two entries in three bytes: the even one's low 8 bits, its high 4 below the odd one's low
      // 4, the odd one's high 8.
      TRY_ASSIGN(const auto bytes, window_->view(table + cluster + cluster / 2, 2));
      const uint32_t pair = base::load_le16(bytes);
      return widen(cluster % 2 == 0 ? pair & 0xfff : pair >> 4, 0xfff);
    }
    case FatKind::kFat16: {
      TRY_ASSIGN(const auto bytes, window_->view(table + uint64_t{cluster} * 2, 2));
      return widen(base::load_le16(bytes), 0xffff);
    }
    case FatKind::kFat32: {
      // The high 4 bits are reserved and mean nothing.
      TRY_ASSIGN(const auto bytes, window_->view(table + uint64_t{cluster} * 4, 4));
      return widen(base::load_le32(bytes) & 0x0fffffff, 0x0fffffff);
    }
  }
  return 0u;
}

}  // namespace pi
