// Cards beyond 4 GiB, and files up to it. The images are sparse: they take a few MB of disk.
#include <cstring>

#include "base/bytes.h"
#include "libpi/fs/file_reader.h"
#include "tests/fakes/failing_block_device.h"
#include "tests/libpi/fs/card_image.h"

namespace pi::testing {
namespace {

constexpr uint64_t kBlock = BlockDevice::kBlockSize;
constexpr uint32_t kClusterBytes = 32 << 10;

struct Layout {
  uint64_t tables_at;
  uint64_t table_bytes;
  uint64_t data_at;
  uint32_t clusters;
};

Layout layout_of(const CardImage& image) {
  const Bytes boot = image.read(image.volume_offset(), kBlock);
  const uint64_t reserved = base::load_le16(boot, 14);
  const uint64_t table_sectors = base::load_le32(boot, 36);
  const uint64_t data_sector = reserved + 2 * table_sectors;
  return {.tables_at = image.volume_offset() + reserved * kBlock,
          .table_bytes = table_sectors * kBlock,
          .data_at = image.volume_offset() + data_sector * kBlock,
          .clusters = static_cast<uint32_t>((base::load_le32(boot, 32) - data_sector) * kBlock /
                                            kClusterBytes)};
}

// Writes entries that begin with `first_cluster` to both tables.
void write_entries(CardImage& image, uint32_t first_cluster, const std::vector<uint32_t>& entries) {
  Bytes raw(entries.size() * 4);
  for (size_t i = 0; i < entries.size(); ++i) base::store_le32(raw, i * 4, entries[i]);
  const Layout layout = layout_of(image);
  for (uint64_t table = 0; table < 2; ++table) {
    image.write(layout.tables_at + table * layout.table_bytes + uint64_t{first_cluster} * 4, raw);
  }
}

TEST(LargeCard, AFileAtItsEndReadsBack) {
  SKIP_WITHOUT_FAT_TOOLS();
  // The partition begins at 4.3 GiB and ends at 7.9.
  CardImage image({.fat_bits = 32,
                   .sectors_per_cluster = kClusterBytes / 512,
                   .volume_block = 9'000'000,
                   .volume_bytes = uint64_t{3600} << 20,
                   .options = ""});
  const Layout layout = layout_of(image);
  // All clusters but the root's and the last ten are bad, so that a file finds its place at the
  // end.
  write_entries(image, 3, std::vector<uint32_t>(layout.clusters - 11, 0x0ffffff7));
  image.write(image.volume_offset() + kBlock + 492, Bytes(4, std::byte{0xff}));
  const Bytes content = make_bytes(9 * kClusterBytes + 12345, 5);
  image.put("last.bin", content);

  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.large());
  ASSERT_OK(volume);
  auto file = volume->find("last.bin");
  ASSERT_OK(file);
  Extent room[10];
  auto extents = volume->extents(*file, room);
  ASSERT_OK(extents);
  EXPECT_GT((*extents)[0].first_block, (uint64_t{7} << 30) / kBlock);
  EXPECT_EQ(read_by_extents(device, *volume, *file), content);
  EXPECT_EQ(read_in_steps(*volume, *file, 10000), content);
}

TEST(LargeCard, TheLargestFileResolvesInAHandfulOfReads) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image({.fat_bits = 32,
                   .sectors_per_cluster = kClusterBytes / 512,
                   .volume_bytes = uint64_t{5} << 30,
                   .options = ""});
  image.put("story.blm", make_bytes(1, 1));
  // The file grows to 4 GiB - 1 by hand: 131,072 clusters that begin with number 3, where the first
  // file of an empty card is. Its entry is the second of the root folder, after the label's.
  const uint32_t clusters = 131072;
  std::vector<uint32_t> chain(clusters);
  for (uint32_t i = 0; i < clusters; ++i) chain[i] = 3 + i + 1;
  chain.back() = 0x0fffffff;
  write_entries(image, 3, chain);
  const uint64_t entry_at = layout_of(image).data_at + 32;
  ASSERT_EQ(std::memcmp(image.read(entry_at, 11).data(), "STORY   BLM", 11), 0);
  image.write(entry_at + 28, Bytes(4, std::byte{0xff}));
  const Bytes tail = make_bytes(5000, 6);
  const uint64_t last_cluster_at = layout_of(image).data_at + uint64_t{clusters} * kClusterBytes;
  image.write(last_cluster_at + kClusterBytes - 1 - tail.size(), tail);

  host::ImageFile file_device = image.open();
  fakes::FailingBlockDevice device(file_device);
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.large());
  ASSERT_OK(volume);
  auto file = volume->find("story.blm");
  ASSERT_OK(file);
  EXPECT_EQ(file->size, UINT32_MAX);
  device.reset_counts();
  Extent room[1];
  auto extents = volume->extents(*file, room);
  ASSERT_OK(extents);
  ASSERT_EQ(extents->size(), 1u);
  EXPECT_EQ((*extents)[0].block_count, uint64_t{clusters} * kClusterBytes / kBlock);
  // 512 KiB of table in pieces of 64 KiB, the first of 4 KiB, the last one beyond the end.
  EXPECT_LE(device.reads(), 10u);
  EXPECT_LE(device.blocks(), (512 + 4 + 64) * 2u);

  auto reader = FileReader::open(*volume, *file);
  ASSERT_OK(reader);
  Bytes read_tail(tail.size());
  ASSERT_OK(reader->read(uint64_t{UINT32_MAX} - tail.size(), read_tail));
  EXPECT_EQ(read_tail, tail);
}

}  // namespace
}  // namespace pi::testing
