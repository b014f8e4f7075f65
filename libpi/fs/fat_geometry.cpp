#include "libpi/fs/fat_geometry.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>

#include "base/align.h"
#include "base/bytes.h"

namespace pi {
namespace {

using base::ErrorCode;
using base::Status;

// Names and places as in the specification, "Boot Sector and BPB Structure".
struct BootSector {
  uint32_t bytes_per_sector;
  uint32_t sectors_per_cluster;
  uint32_t reserved_sectors;
  uint32_t table_count;
  uint32_t root_entries;
  uint32_t total_sectors;
  uint32_t media;
  uint32_t sectors_per_table_16;
  uint32_t sectors_per_table_32;
  uint32_t extended_flags;
  uint32_t version;
  uint32_t root_cluster;

  explicit BootSector(std::span<const std::byte> raw)
      : bytes_per_sector(base::load_le16(raw, 11)),
        sectors_per_cluster(std::to_integer<uint32_t>(raw[13])),
        reserved_sectors(base::load_le16(raw, 14)),
        table_count(std::to_integer<uint32_t>(raw[16])),
        root_entries(base::load_le16(raw, 17)),
        total_sectors(base::load_le16(raw, 19) != 0 ? base::load_le16(raw, 19)
                                                    : base::load_le32(raw, 32)),
        media(std::to_integer<uint32_t>(raw[21])),
        sectors_per_table_16(base::load_le16(raw, 22)),
        sectors_per_table_32(base::load_le32(raw, 36)),
        extended_flags(base::load_le16(raw, 40)),
        version(base::load_le16(raw, 42)),
        root_cluster(base::load_le32(raw, 44)) {}

  bool has_sector_size() const {
    return std::has_single_bit(bytes_per_sector) && bytes_per_sector >= 512 &&
           bytes_per_sector <= 4096;
  }
  bool has_cluster_size() const { return std::has_single_bit(sectors_per_cluster); }
  bool has_media() const { return media == 0xf0 || media >= 0xf8; }
  bool has_fat32_layout() const { return sectors_per_table_16 == 0; }
  uint32_t sectors_per_table() const {
    return has_fat32_layout() ? sectors_per_table_32 : sectors_per_table_16;
  }
};

bool has_text(std::span<const std::byte> sector, size_t at, std::string_view text) {
  return std::memcmp(sector.data() + at, text.data(), text.size()) == 0;
}

Status corrupt(const char* text, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0) {
  return Status::error(ErrorCode::kCorrupt, text, a, b, c);
}

Status check_fields(const BootSector& boot, uint64_t block) {
  if (!boot.has_sector_size()) {
    return corrupt("the FAT boot sector at block {} has sectors of {} bytes; format the card again",
                   block, boot.bytes_per_sector);
  }
  if (!boot.has_cluster_size()) {
    return corrupt(
        "the FAT boot sector at block {} has clusters of {} sectors; format the card again", block,
        boot.sectors_per_cluster);
  }
  if (boot.reserved_sectors == 0 || boot.table_count == 0 || boot.sectors_per_table() == 0) {
    return corrupt(
        "the FAT boot sector at block {} has {} allocation tables of {} sectors; format "
        "the card again",
        block, boot.table_count, boot.sectors_per_table());
  }
  if (boot.has_fat32_layout() != (boot.root_entries == 0)) {
    return corrupt(
        "the FAT boot sector at block {} has room for {} root entries, which does not "
        "fit its allocation tables; format the card again",
        block, boot.root_entries);
  }
  if (boot.has_fat32_layout() && boot.version != 0) {
    return Status::error(ErrorCode::kUnsupported,
                         "the FAT32 volume at block {} has version {:x}, only version 0 is known",
                         block, boot.version);
  }
  return base::ok_status();
}

// The specification decides by the number of clusters alone. A volume without 16-bit table size is
// laid out as FAT32 all the same, however small: formatting tools make such volumes when told to,
// and other systems read them.
base::Result<FatKind> kind_of(const BootSector& boot, uint64_t clusters, uint64_t block) {
  if (boot.has_fat32_layout()) return FatKind::kFat32;
  if (clusters < 4085) return FatKind::kFat12;
  if (clusters < 65525) return FatKind::kFat16;
  return corrupt("the FAT16 volume at block {} has {} clusters, more than FAT16 can have", block,
                 clusters);
}

uint64_t entries_in(FatKind kind, uint64_t table_bytes) {
  switch (kind) {
    case FatKind::kFat12:
      return table_bytes * 2 / 3;
    case FatKind::kFat16:
      return table_bytes / 2;
    case FatKind::kFat32:
      return table_bytes / 4;
  }
  return 0;
}

// Which of the tables to read: the first, unless a FAT32 volume has mirroring turned off (the
// specification, BPB_ExtFlags).
base::Result<uint32_t> table_in_use(const BootSector& boot, uint64_t block) {
  constexpr uint32_t kNotMirrored = 0x80;
  if (!boot.has_fat32_layout() || (boot.extended_flags & kNotMirrored) == 0) return 0u;
  const uint32_t active = boot.extended_flags & 0xf;
  if (active >= boot.table_count) {
    return corrupt("the FAT32 boot sector at block {} uses allocation table {} of {}", block,
                   active, boot.table_count);
  }
  return active;
}

}  // namespace

const char* name_of(FatKind kind) {
  switch (kind) {
    case FatKind::kFat12:
      return "FAT12";
    case FatKind::kFat16:
      return "FAT16";
    case FatKind::kFat32:
      return "FAT32";
  }
  return "FAT";
}

bool looks_like_fat(std::span<const std::byte> boot_sector) {
  if (base::load_le16(boot_sector, 510) != 0xaa55) return false;
  const BootSector boot(boot_sector);
  const bool is_plausible = boot.has_sector_size() && boot.has_cluster_size() && boot.has_media() &&
                            boot.reserved_sectors > 0 && boot.table_count > 0;
  return is_plausible || has_text(boot_sector, 54, "FAT1") || has_text(boot_sector, 82, "FAT32");
}

base::Result<FatGeometry> read_fat_geometry(std::span<const std::byte> boot_sector,
                                            uint64_t first_block, uint64_t device_blocks) {
  const BootSector boot(boot_sector);
  TRY(check_fields(boot, first_block));
  // The specification, "FAT Type Determination". In 64 bits no product here can overflow.
  const uint64_t root_sectors =
      base::divide_up<uint64_t>(uint64_t{boot.root_entries} * 32, boot.bytes_per_sector);
  const uint64_t root_sector =
      boot.reserved_sectors + uint64_t{boot.table_count} * boot.sectors_per_table();
  const uint64_t data_sector = root_sector + root_sectors;
  if (data_sector + boot.sectors_per_cluster > boot.total_sectors) {
    return corrupt("the FAT volume at block {} has {} sectors, but its tables alone take {}",
                   first_block, boot.total_sectors, data_sector);
  }
  const uint64_t sector_blocks = boot.bytes_per_sector / BlockDevice::kBlockSize;
  const uint64_t end_block = first_block + boot.total_sectors * sector_blocks;
  if (end_block > device_blocks) {
    return corrupt(
        "the FAT volume at block {} goes on to block {}, but the card ends at block {}; "
        "was the image cut, or written to a smaller card?",
        first_block, end_block, device_blocks);
  }

  const uint64_t clusters = (boot.total_sectors - data_sector) / boot.sectors_per_cluster;
  TRY_ASSIGN(const FatKind kind, kind_of(boot, clusters, first_block));
  TRY_ASSIGN(const uint32_t table, table_in_use(boot, first_block));
  const uint64_t table_bytes = uint64_t{boot.sectors_per_table()} * boot.bytes_per_sector;
  // Clusters without an entry in the table cannot be part of any chain. Entries have 28 bits, and
  // 0x0ffffff7 marks a bad cluster.
  const uint64_t usable =
      std::min({clusters, entries_in(kind, table_bytes) - 2, uint64_t{0x0ffffff7 - 2}});

  FatGeometry geometry{};
  geometry.kind = kind;
  geometry.first_block = first_block;
  geometry.table_block =
      first_block +
      (boot.reserved_sectors + uint64_t{table} * boot.sectors_per_table()) * sector_blocks;
  geometry.data_block = first_block + data_sector * sector_blocks;
  geometry.cluster_blocks = static_cast<uint32_t>(boot.sectors_per_cluster * sector_blocks);
  geometry.cluster_count = static_cast<uint32_t>(usable);
  geometry.root_block = first_block + root_sector * sector_blocks;
  geometry.root_entries = boot.root_entries;
  geometry.root_cluster = kind == FatKind::kFat32 ? boot.root_cluster : 0;
  if (kind == FatKind::kFat32 && !geometry.has_cluster(geometry.root_cluster)) {
    return corrupt(
        "the FAT32 volume at block {} has its root folder at cluster {}, but only {} "
        "clusters",
        first_block, geometry.root_cluster, geometry.cluster_count);
  }
  return geometry;
}

}  // namespace pi
