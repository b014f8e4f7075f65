// Files in many pieces, and the reading of single bytes out of them.
#include "base/align.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "libpi/fs/file_reader.h"
#include "tests/libpi/fs/card_image.h"

namespace pi::testing {
namespace {

constexpr uint32_t kCluster = 1024;

CardImage::Shape shape_of(int fat_bits) {
  const uint64_t clusters = fat_bits == 12 ? 2000 : fat_bits == 16 ? 5000 : 67000;
  return {.fat_bits = fat_bits,
          .sectors_per_cluster = kCluster / 512,
          .volume_bytes = clusters * kCluster + (1 << 20),
          .options = ""};
}

// 120 files of a cluster, every other one deleted, then a file of 100 clusters: 60 holes and a
// tail.
void fragment(CardImage& image, const Bytes& content) {
  image.make_folder("x");
  for (int i = 0; i < 120; ++i) image.put("x/f" + std::to_string(i), make_bytes(kCluster, 1));
  std::string deleted;
  for (int i = 0; i < 120; i += 2) deleted += " ::/x/f" + std::to_string(i);
  image.mtools("mdel {image}" + deleted);
  // FAT32 remembers where the last free cluster was (FSInfo, "FSI_Nxt_Free"); forget it, so that
  // the holes are found.
  if (base::load_le16(image.read(22, 2)) == 0) {
    image.write(512 + 492, Bytes(4, std::byte{0xff}));
  }
  image.put("big.bin", content);
}

class FatFragments : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(All, FatFragments, ::testing::Values(12, 16, 32));

TEST_P(FatFragments, AFileInPiecesIsPutTogether) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(shape_of(GetParam()));
  const Bytes content = make_bytes(100 * kCluster - 300, 7);
  fragment(image, content);

  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  auto file = volume->find("big.bin");
  ASSERT_OK(file);
  auto count = volume->count_extents(*file);
  ASSERT_OK(count);
  EXPECT_GE(*count, 60u) << "the test must make a file in pieces";
  EXPECT_EQ(read_by_extents(device, *volume, *file), content);
  EXPECT_EQ(read_in_steps(*volume, *file, 777), content);
}

TEST_P(FatFragments, BytesAreReadFromAnyPlaceInAnyOrder) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(shape_of(GetParam()));
  const Bytes content = make_bytes(100 * kCluster - 300, 8);
  fragment(image, content);

  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  auto file = volume->find("big.bin");
  ASSERT_OK(file);
  auto reader = FileReader::open(*volume, *file);
  ASSERT_OK(reader);
  uint32_t state = 1;
  for (int i = 0; i < 300; ++i) {
    state = state * 1664525 + 1013904223;
    const size_t offset = (state >> 8) % content.size();
    const size_t size = std::min<size_t>((state >> 4) % 6000, content.size() - offset);
    Bytes piece(size);
    ASSERT_OK(reader->read(offset, piece));
    ASSERT_TRUE(std::equal(piece.begin(), piece.end(), content.begin() + static_cast<long>(offset)))
        << size << " bytes at " << offset;
  }
}

TEST(FatExtents, NeighbouringClustersAreOneExtentThatEndsWithTheFile) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(shape_of(16));
  image.put("one.bin", make_bytes(10 * kCluster + 1, 3));
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  auto file = volume->find("one.bin");
  ASSERT_OK(file);
  Extent room[2];
  auto extents = volume->extents(*file, room);
  ASSERT_OK(extents);
  ASSERT_EQ(extents->size(), 1u);
  EXPECT_EQ((*extents)[0].block_count, 21u) << "10 clusters of 2 blocks, and one block with a byte";
}

TEST(FatExtents, TooLittleRoomNamesHowMuchIsNeeded) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(shape_of(16));
  fragment(image, make_bytes(100 * kCluster, 9));
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  auto file = volume->find("big.bin");
  ASSERT_OK(file);
  auto count = volume->count_extents(*file);
  ASSERT_OK(count);
  std::vector<Extent> room(*count - 1, Extent{0, 0});
  auto extents = volume->extents(*file, room);
  ASSERT_EQ(extents.status().code(), base::ErrorCode::kOutOfMemory);
  EXPECT_EQ(extents.status().number(0), *count);
  EXPECT_EQ(extents.status().number(1), *count - 1);
}

TEST(FatExtents, AnArenaGivesJustTheRoom) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(shape_of(16));
  const Bytes content = make_bytes(100 * kCluster, 9);
  fragment(image, content);
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  auto file = volume->find("big.bin");
  ASSERT_OK(file);
  std::vector<Extent> room(1000);
  auto expected = volume->extents(*file, room);
  ASSERT_OK(expected);

  alignas(base::Arena::kAlignment) std::byte memory[4096];
  base::Arena arena(memory);
  auto extents = volume->extents(*file, arena);
  ASSERT_OK(extents);
  EXPECT_TRUE(std::equal(extents->begin(), extents->end(), expected->begin(), expected->end()));
  EXPECT_EQ(arena.used(), base::round_up(extents->size_bytes(), base::Arena::kAlignment));

  base::Arena tiny{std::span(memory).first(64)};
  EXPECT_EQ(volume->extents(*file, tiny).status().code(), base::ErrorCode::kOutOfMemory);
  EXPECT_EQ(tiny.used(), 0u);
}

TEST(FileReader, RefusesBytesBeyondTheEndOfTheFile) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(shape_of(12));
  image.put("five.bin", make_bytes(5, 1));
  image.put("empty.bin", {});
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  auto file = volume->find("five.bin");
  ASSERT_OK(file);
  auto reader = FileReader::open(*volume, *file);
  ASSERT_OK(reader);
  std::byte target[6];
  EXPECT_OK(reader->read(0, std::span(target).first(5)));
  EXPECT_OK(reader->read(5, {}));
  EXPECT_EQ(reader->read(0, target).code(), base::ErrorCode::kOutOfRange);
  EXPECT_EQ(reader->read(5, std::span(target).first(1)).code(), base::ErrorCode::kOutOfRange);
  EXPECT_EQ(reader->read(UINT64_MAX, std::span(target).first(2)).code(),
            base::ErrorCode::kOutOfRange);
  auto empty = volume->find("empty.bin");
  ASSERT_OK(empty);
  auto nothing = FileReader::open(*volume, *empty);
  ASSERT_OK(nothing);
  EXPECT_OK(nothing->read(0, {}));
}

TEST(FatVolume, TellsFilesFromFolders) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(shape_of(12));
  image.make_folder("folder");
  image.put("file.txt", make_bytes(5, 1));
  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  auto file = volume->find("file.txt");
  ASSERT_OK(file);
  auto folder = volume->find("folder");
  ASSERT_OK(folder);
  EXPECT_EQ(volume->open_folder(*file).status().code(), base::ErrorCode::kInvalidArgument);
  EXPECT_EQ(volume->count_extents(*folder).status().code(), base::ErrorCode::kInvalidArgument);
  EXPECT_EQ(FileReader::open(*volume, *folder).status().code(), base::ErrorCode::kInvalidArgument);

  const base::Status through_file = volume->find("file.txt/more").status();
  EXPECT_EQ(through_file.code(), base::ErrorCode::kNotFound);
  EXPECT_EQ(message_of(through_file), "file.txt is a file on the card, not a folder");
  EXPECT_EQ(message_of(volume->find("folder/none").status()),
            "the card has no file or folder folder/none");
  EXPECT_EQ(message_of(volume->find("/none/folder").status()),
            "the card has no file or folder /none");
  EXPECT_EQ(message_of(FileReader::open(*volume, *folder).status()),
            "folder is a folder, not a file");
}

}  // namespace
}  // namespace pi::testing
