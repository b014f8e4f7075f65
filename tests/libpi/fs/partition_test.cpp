// Which volume of a card is taken, and what is said when there is none.
#include "libpi/fs/partition.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "libpi/fs/ram_disk.h"
#include "tests/libpi/fs/card_image.h"

namespace pi::testing {
namespace {

constexpr size_t kBlock = BlockDevice::kBlockSize;
constexpr uint64_t kVolumeBytes = 400 << 10;
constexpr uint32_t kVolumeBlocks = kVolumeBytes / kBlock;

Bytes volume_bytes() {
  return CardImage({.fat_bits = 12, .volume_bytes = kVolumeBytes, .options = ""}).whole();
}

void place(Bytes& card, size_t block, const Bytes& content) {
  card.resize(std::max(card.size(), block * kBlock + content.size()));
  std::ranges::copy(content, card.begin() + static_cast<long>(block * kBlock));
}

void place_text(Bytes& card, size_t at, std::string_view text) {
  card.resize(std::max(card.size(), at + text.size() + kBlock));
  std::memcpy(card.data() + at, text.data(), text.size());
}

Bytes ext_bytes() {
  Bytes bytes(kVolumeBytes);
  base::store_le16(bytes, 1024 + 56, 0xef53);
  return bytes;
}

Bytes named_bytes(std::string_view oem_name) {
  Bytes bytes(kVolumeBytes);
  place_text(bytes, 3, oem_name);
  base::store_le16(bytes, 510, 0xaa55);
  return bytes;
}

Bytes card_with(std::initializer_list<PartitionEntry> entries) {
  Bytes card(4000 * kBlock);
  set_partition_table(card, std::span(entries.begin(), entries.size()));
  return card;
}

base::Result<FatGeometry> look(const Bytes& card) {
  RamDisk disk(card);
  Scratch scratch;
  BlockWindow window(disk, scratch.small());
  return find_fat_volume(window);
}

TEST(Partition, AWholeCardIsOneVolume) {
  SKIP_WITHOUT_FAT_TOOLS();
  auto found = look(volume_bytes());
  ASSERT_OK(found);
  EXPECT_EQ(found->first_block, 0u);
}

TEST(Partition, ATableThatSpansTheVolumeItselfIsNone) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image({.fat_bits = 12, .volume_bytes = kVolumeBytes, .options = "--mbr=y"});
  auto found = look(image.whole());
  ASSERT_OK(found);
  EXPECT_EQ(found->first_block, 0u);
}

TEST(Partition, TheFirstOneWithFatIsTakenWhateverItsType) {
  SKIP_WITHOUT_FAT_TOOLS();
  for (const uint8_t type : std::initializer_list<uint8_t>{1, 6, 0x0b, 0x0e, 0x83, 0xda}) {
    Bytes card = card_with(
        {{.type = 0x83, .first_block = 100, .block_count = 900},
         {.boot_indicator = 0x80, .type = type, .first_block = 1000, .block_count = kVolumeBlocks},
         {.first_block = 2000, .block_count = kVolumeBlocks}});
    place(card, 100, ext_bytes());
    place(card, 1000, volume_bytes());
    place(card, 2000, volume_bytes());
    auto found = look(card);
    ASSERT_OK(found);
    EXPECT_EQ(found->first_block, 1000u);
  }
}

TEST(Partition, EntriesWithoutTypePlaceOrSizeAreSkipped) {
  SKIP_WITHOUT_FAT_TOOLS();
  const PartitionEntry entries[] = {{.type = 0, .first_block = 900, .block_count = kVolumeBlocks},
                                    {.first_block = 900, .block_count = 0},
                                    {.first_block = 0, .block_count = kVolumeBlocks},
                                    {.first_block = 2000, .block_count = kVolumeBlocks}};
  Bytes card = volume_bytes();
  place(card, 900, volume_bytes());
  place(card, 2000, volume_bytes());
  set_partition_table(card, entries);
  auto found = look(card);
  ASSERT_OK(found);
  EXPECT_EQ(found->first_block, 2000u);
}

TEST(Partition, ATableGoesBeforeAnOldBootSectorInTheSameBlock) {
  SKIP_WITHOUT_FAT_TOOLS();
  Bytes card = volume_bytes();
  place(card, 1000, volume_bytes());
  const PartitionEntry entry{.first_block = 1000, .block_count = kVolumeBlocks};
  set_partition_table(card, std::span(&entry, 1));
  auto found = look(card);
  ASSERT_OK(found);
  EXPECT_EQ(found->first_block, 1000u);
}

TEST(Partition, BootCodeIsNotTakenForATable) {
  SKIP_WITHOUT_FAT_TOOLS();
  Bytes card = volume_bytes();
  const PartitionEntry entry{.boot_indicator = 0x42, .first_block = 50, .block_count = 9};
  set_partition_table(card, std::span(&entry, 1));
  auto found = look(card);
  ASSERT_OK(found);
  EXPECT_EQ(found->first_block, 0u);
}

struct Refusal {
  Bytes content;
  const char* on_partition;
  const char* on_card;
};

TEST(Partition, WhatCannotBeReadIsRefusedByItsName) {
  const Refusal refusals[] = {
      {named_bytes("EXFAT   "), "the card's partition 1 is exFAT; format it as FAT32",
       "the card is exFAT; format it as FAT32"},
      {named_bytes("NTFS    "), "the card's partition 1 is NTFS; format it as FAT32",
       "the card is NTFS; format it as FAT32"},
      {ext_bytes(), "the card's partition 1 is ext (Linux); format it as FAT32",
       "the card is ext (Linux); format it as FAT32"}};
  for (const Refusal& refusal : refusals) {
    Bytes card = card_with({{.first_block = 1000, .block_count = kVolumeBlocks}});
    place(card, 1000, refusal.content);
    auto found = look(card);
    EXPECT_EQ(found.status().code(), base::ErrorCode::kUnsupported);
    EXPECT_EQ(message_of(found.status()), refusal.on_partition);
    auto whole = look(refusal.content);
    EXPECT_EQ(whole.status().code(), base::ErrorCode::kUnsupported);
    EXPECT_EQ(message_of(whole.status()), refusal.on_card);
  }
}

TEST(Partition, AGuidPartitionTableIsRefusedByItsName) {
  const auto found = look(card_with({{.type = 0xee, .first_block = 1, .block_count = 0xffffffff}}));
  EXPECT_EQ(found.status().code(), base::ErrorCode::kUnsupported);
  EXPECT_NE(message_of(found.status()).find("GPT"), std::string::npos);
}

TEST(Partition, ABlankCardHasNone) {
  EXPECT_EQ(look(Bytes(kVolumeBytes)).status().code(), base::ErrorCode::kNotFound);
  EXPECT_EQ(look(Bytes(kBlock)).status().code(), base::ErrorCode::kNotFound);
  EXPECT_EQ(look(Bytes()).status().code(), base::ErrorCode::kOutOfRange);
  EXPECT_EQ(look(make_bytes(kVolumeBytes, 1)).status().code(), base::ErrorCode::kNotFound);
}

TEST(Partition, BeyondTheEndOfTheCardIsSaidSo) {
  const auto found = look(card_with({{.first_block = 5000, .block_count = 9}}));
  EXPECT_EQ(found.status().code(), base::ErrorCode::kCorrupt);
  EXPECT_EQ(message_of(found.status()),
            "the card's partition 1 begins at block 5000, but the card ends at block 4000; was "
            "the image cut?");
}

TEST(Partition, AVolumeThatIsLargerThanTheCardIsSaidSo) {
  SKIP_WITHOUT_FAT_TOOLS();
  Bytes card = volume_bytes();
  card.resize(card.size() - kBlock);
  const auto found = look(card);
  EXPECT_EQ(found.status().code(), base::ErrorCode::kCorrupt);
  EXPECT_EQ(found.status().number(1), kVolumeBlocks);
  EXPECT_EQ(found.status().number(2), kVolumeBlocks - 1);
}

TEST(BootSector, FieldsThatCannotBeAreNamed) {
  SKIP_WITHOUT_FAT_TOOLS();
  struct Case {
    size_t at;
    uint16_t value;
    const char* part_of_message;
  };
  const Case cases[] = {
      {11, 0, "sectors of 0 bytes"},
      {11, 256, "sectors of 256 bytes"},
      {11, 8192, "sectors of 8192 bytes"},
      {11, 513, "sectors of 513 bytes"},
      {14, 0, "allocation tables"},
      {17, 0, "room for 0 root entries"},
      {19, 5, "has 5 sectors"},
      {22, 0xffff, "its tables alone take"},
  };
  for (const Case& c : cases) {
    Bytes card = volume_bytes();
    base::store_le16(card, c.at, c.value);
    const auto found = look(card);
    EXPECT_EQ(found.status().code(), base::ErrorCode::kCorrupt) << c.part_of_message;
    EXPECT_NE(message_of(found.status()).find(c.part_of_message), std::string::npos)
        << message_of(found.status());
  }
}

CardImage::Shape fat32_shape() { return {.fat_bits = 32, .volume_bytes = 40 << 20, .options = ""}; }

TEST(BootSector, TheTableInUseIsReadWhenMirroringIsOff) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(fat32_shape());
  const Bytes content = make_bytes(3000, 1);
  image.put("file.bin", content);
  const Bytes boot = image.read(0, kBlock);
  const uint64_t reserved = base::load_le16(boot, 14);
  const uint64_t table_bytes = uint64_t{base::load_le32(boot, 36)} * kBlock;
  // Table 1 holds nothing; table 2 is the active one.
  image.write(reserved * kBlock, Bytes(table_bytes));
  image.write(40, {std::byte{0x81}, std::byte{0}});

  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  auto file = volume->find("file.bin");
  ASSERT_OK(file);
  EXPECT_EQ(read_by_extents(device, *volume, *file), content);

  image.write(40, {std::byte{0x82}, std::byte{0}});
  EXPECT_EQ(FatVolume::mount(device, scratch.small()).status().code(), base::ErrorCode::kCorrupt)
      << "there is no third table";
}

TEST(BootSector, Fat32OfAFutureVersionIsUnsupported) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(fat32_shape());
  image.write(42, {std::byte{0}, std::byte{1}});
  host::ImageFile device = image.open();
  Scratch scratch;
  EXPECT_EQ(FatVolume::mount(device, scratch.small()).status().code(),
            base::ErrorCode::kUnsupported);
}

TEST(BootSector, SmallVolumesLaidOutAsFat32AreFat32) {
  SKIP_WITHOUT_FAT_TOOLS();
  const CardImage image({.fat_bits = 32, .volume_bytes = 1 << 20, .options = ""});
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  EXPECT_EQ(volume->kind(), FatKind::kFat32);
  EXPECT_EQ(volume->find("x").status().code(), base::ErrorCode::kNotFound);
}

// Boot sectors made by hand, since no tool stops exactly at the borders: the specification counts
// 4084 clusters as FAT12, 4085 as FAT16, 65524 as FAT16.
TEST(BootSector, TheNumberOfClustersDecidesTheKind) {
  const auto kind_with = [](uint32_t clusters) {
    Bytes boot(kBlock);
    base::store_le16(boot, 11, 512);
    boot[13] = std::byte{1};
    base::store_le16(boot, 14, 1);
    boot[16] = std::byte{1};
    base::store_le16(boot, 17, 16);
    base::store_le32(boot, 32, 1 + 300 + 1 + clusters);
    boot[21] = std::byte{0xf8};
    base::store_le16(boot, 22, 300);
    base::store_le16(boot, 510, 0xaa55);
    return read_fat_geometry(boot, 0, 100000);
  };
  ASSERT_OK(kind_with(4084));
  EXPECT_EQ(kind_with(4084)->kind, FatKind::kFat12);
  EXPECT_EQ(kind_with(4084)->cluster_count, 4084u);
  EXPECT_EQ(kind_with(4085)->kind, FatKind::kFat16);
  EXPECT_EQ(kind_with(65524)->kind, FatKind::kFat16);
  EXPECT_EQ(kind_with(65525).status().code(), base::ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace pi::testing
