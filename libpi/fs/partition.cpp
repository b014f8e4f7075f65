#include "libpi/fs/partition.h"

#include <array>
#include <cstring>

#include "base/bytes.h"

namespace pi {
namespace {

using base::ErrorCode;
using base::Status;

constexpr uint64_t kBlock = BlockDevice::kBlockSize;

struct Partition {
  uint32_t boot_indicator;
  uint32_t type;
  uint32_t first_block;
  uint32_t block_count;

  bool exists() const { return type != 0 && first_block != 0 && block_count != 0; }
};

// A table whose boot indicators are neither 0 nor 0x80 is not a table but the code of a boot
// sector.
struct PartitionTable {
  static constexpr uint32_t kProtectiveGpt = 0xee;
  std::array<Partition, 4> partitions{};
  bool is_valid = false;

  explicit PartitionTable(std::span<const std::byte> block) {
    is_valid = base::load_le16(block, 510) == 0xaa55;
    for (size_t i = 0; i < partitions.size(); ++i) {
      const auto entry = block.subspan(446 + 16 * i, 16);
      partitions[i] = {std::to_integer<uint32_t>(entry[0]), std::to_integer<uint32_t>(entry[4]),
                       base::load_le32(entry, 8), base::load_le32(entry, 12)};
      is_valid = is_valid && (partitions[i].boot_indicator & 0x7f) == 0;
    }
  }
};

enum class Content { kUnknown, kFat, kExfat, kNtfs, kExt };

base::Result<Content> identify(BlockWindow& window, uint64_t first_block) {
  TRY_ASSIGN(const auto boot, window.view(first_block * kBlock, kBlock));
  if (std::memcmp(boot.data() + 3, "EXFAT   ", 8) == 0) return Content::kExfat;
  if (std::memcmp(boot.data() + 3, "NTFS    ", 8) == 0) return Content::kNtfs;
  if (looks_like_fat(boot)) return Content::kFat;
  // The superblock of ext2, 3 and 4 is at byte 1024, its magic number at byte 56 in it.
  if (first_block + 3 > window.block_count()) return Content::kUnknown;
  TRY_ASSIGN(const auto magic, window.view(first_block * kBlock + 1024 + 56, 2));
  return base::load_le16(magic) == 0xef53 ? Content::kExt : Content::kUnknown;
}

base::Result<FatGeometry> open(BlockWindow& window, uint64_t first_block) {
  TRY_ASSIGN(const auto boot, window.view(first_block * kBlock, kBlock));
  return read_fat_geometry(boot, first_block, window.block_count());
}

// Null for FAT, and for what is not known.
const char* name_of_foreign(Content content) {
  switch (content) {
    case Content::kExfat:
      return "exFAT";
    case Content::kNtfs:
      return "NTFS";
    case Content::kExt:
      return "ext (Linux)";
    case Content::kUnknown:
    case Content::kFat:
      break;
  }
  return nullptr;
}

Status refuse_partition(Content content, uint64_t number) {
  const char* const name = name_of_foreign(content);
  if (name == nullptr) return base::ok_status();
  return Status::error(ErrorCode::kUnsupported, "the card's partition {} is {}; format it as FAT32",
                       number, name);
}

Status refuse_card(Content content) {
  const char* const name = name_of_foreign(content);
  if (name != nullptr) {
    return Status::error(ErrorCode::kUnsupported, "the card is {}; format it as FAT32", name);
  }
  return Status::error(ErrorCode::kNotFound,
                       "the card has neither a FAT partition nor a FAT file system; format it as "
                       "FAT32");
}

}  // namespace

// The table goes first: a card that was formatted whole and later partitioned keeps a sound boot
// sector around its new table. The other way round, formatting clears the table.
base::Result<FatGeometry> find_fat_volume(BlockWindow& window) {
  TRY_ASSIGN(const auto block, window.view(0, kBlock));
  const PartitionTable table(block);

  Status refusal;
  for (size_t i = 0; table.is_valid && i < table.partitions.size(); ++i) {
    const Partition& partition = table.partitions[i];
    if (!partition.exists()) continue;
    Status problem;
    if (partition.first_block >= window.block_count()) {
      problem = Status::error(ErrorCode::kCorrupt,
                              "the card's partition {} begins at block {}, but the card ends at "
                              "block {}; was the image cut?",
                              i + 1, partition.first_block, window.block_count());
    } else {
      TRY_ASSIGN(const Content content, identify(window, partition.first_block));
      if (content == Content::kFat) return open(window, partition.first_block);
      problem = refuse_partition(content, i + 1);
    }
    if (problem.ok() && partition.type == PartitionTable::kProtectiveGpt) {
      problem = Status::error(ErrorCode::kUnsupported,
                              "the card has a GUID partition table (GPT); partition it with a "
                              "master boot record (MBR, \"DOS\") and a FAT32 partition");
    }
    if (refusal.ok()) refusal = problem;
  }

  TRY_ASSIGN(const Content whole, identify(window, 0));
  if (whole == Content::kFat && refusal.ok()) return open(window, 0);
  if (!refusal.ok()) return refusal;
  return refuse_card(whole);
}

}  // namespace pi
