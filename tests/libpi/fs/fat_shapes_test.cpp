// Every kind of FAT with every cluster size, on a partition and without one.
#include <map>

#include "libpi/fs/file_reader.h"
#include "tests/libpi/fs/card_image.h"

namespace pi::testing {
namespace {

struct Shape {
  int fat_bits;
  uint32_t sector_bytes;
  uint32_t cluster_bytes;
  uint32_t table_count;
  bool is_partition;
};

void PrintTo(const Shape& shape, std::ostream* out) {
  *out << "FAT" << shape.fat_bits << " sectors " << shape.sector_bytes << " clusters "
       << shape.cluster_bytes << " tables " << shape.table_count
       << (shape.is_partition ? " on a partition" : " on the whole card");
}

CardImage::Shape image_shape(const Shape& shape) {
  // Well within the bounds of each kind.
  const uint64_t clusters = shape.fat_bits == 12 ? 2000 : shape.fat_bits == 16 ? 9000 : 67000;
  return {.fat_bits = shape.fat_bits,
          .sector_bytes = shape.sector_bytes,
          .sectors_per_cluster = shape.cluster_bytes / shape.sector_bytes,
          .table_count = shape.table_count,
          .volume_block = shape.is_partition ? 2048u : 0u,
          .volume_bytes = clusters * shape.cluster_bytes + (1 << 20),
          .options = ""};
}

class FatShapes : public ::testing::TestWithParam<Shape> {};

TEST_P(FatShapes, AllFilesReadBackAsTheyWereWritten) {
  SKIP_WITHOUT_FAT_TOOLS();
  const uint32_t cluster = GetParam().cluster_bytes;
  CardImage image(image_shape(GetParam()));
  std::map<std::string, Bytes> files;
  for (const uint32_t size :
       {0u, 1u, 511u, 512u, 513u, cluster - 1, cluster, cluster + 1, 3 * cluster + 17}) {
    files["f" + std::to_string(size) + ".bin"] = make_bytes(size, size);
  }
  for (const auto& [name, content] : files) image.put(name, content);
  image.make_folder("deep");
  image.make_folder("deep/Deeper Folder");
  image.put("deep/Deeper Folder/last.bin", make_bytes(2 * cluster + 1, 99));

  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.large());
  ASSERT_OK(volume);
  EXPECT_EQ(volume->cluster_bytes(), cluster);
  EXPECT_EQ(volume->first_block(), GetParam().is_partition ? 2048u : 0u);
  EXPECT_EQ(volume->kind(), GetParam().fat_bits == 12   ? FatKind::kFat12
                            : GetParam().fat_bits == 16 ? FatKind::kFat16
                                                        : FatKind::kFat32);

  files["deep/Deeper Folder/last.bin"] = make_bytes(2 * cluster + 1, 99);
  for (const auto& [name, content] : files) {
    SCOPED_TRACE(name);
    auto file = volume->find(name);
    ASSERT_OK(file);
    EXPECT_FALSE(file->is_folder);
    ASSERT_EQ(file->size, content.size());
    EXPECT_EQ(read_by_extents(device, *volume, *file), content);
    EXPECT_EQ(read_in_steps(*volume, *file, 4999), content);
  }
}

TEST_P(FatShapes, AFolderListsWhatIsInIt) {
  SKIP_WITHOUT_FAT_TOOLS();
  CardImage image(image_shape(GetParam()));
  image.make_folder("many");
  // 3 entries each: 40 of them fill 3840 bytes, more than a small cluster.
  std::map<std::string, uint32_t> expected;
  std::string names;
  for (uint32_t i = 0; i < 40; ++i) {
    const std::string name = "a longer name " + std::to_string(i) + ".txt";
    expected[name] = 0;
    names += " '::/many/" + name + "'";
  }
  image.mtools("mmd {image}" + names);

  host::ImageFile device = image.open();
  Scratch scratch;
  auto volume = FatVolume::mount(device, scratch.small());
  ASSERT_OK(volume);
  auto folder = volume->find("/MANY/");
  ASSERT_OK(folder);
  ASSERT_TRUE(folder->is_folder);
  auto reader = volume->open_folder(*folder);
  ASSERT_OK(reader);
  FileInfo info;
  for (;;) {
    auto is_there = reader->next(info);
    ASSERT_OK(is_there);
    if (!*is_there) break;
    EXPECT_TRUE(info.is_folder);
    EXPECT_EQ(expected.erase(std::string(info.name())), 1u) << info.name();
  }
  EXPECT_TRUE(expected.empty());
  auto again = reader->next(info);
  ASSERT_OK(again);
  EXPECT_FALSE(*again) << "a reader at its end stays there";
}

std::vector<Shape> all_shapes() {
  std::vector<Shape> shapes;
  for (const int fat_bits : {12, 16, 32}) {
    for (uint32_t cluster = 512; cluster <= 65536; cluster *= 2) {
      // Halves of the full product: both tables counts and both places meet each kind and size.
      const bool odd = (std::countr_zero(cluster) & 1) != 0;
      shapes.push_back({fat_bits, 512, cluster, odd ? 1u : 2u, false});
      shapes.push_back({fat_bits, 512, cluster, odd ? 2u : 1u, true});
    }
    for (const uint32_t sector : {1024u, 2048u, 4096u}) {
      shapes.push_back({fat_bits, sector, sector, 2, false});
      shapes.push_back({fat_bits, sector, 4 * sector, 2, true});
    }
    shapes.push_back({fat_bits, 512, 2048, 3, false});
  }
  return shapes;
}

INSTANTIATE_TEST_SUITE_P(All, FatShapes, ::testing::ValuesIn(all_shapes()));

}  // namespace
}  // namespace pi::testing
