// Damaged cards: an error that says what, or the right bytes; never a hang, never a wild read.
#include <algorithm>
#include <cstring>
#include <random>

#include "base/bytes.h"
#include "libpi/fs/file_reader.h"
#include "libpi/fs/ram_disk.h"
#include "tests/fakes/failing_block_device.h"
#include "tests/libpi/fs/card_image.h"
#include "tests/libpi/fs/explore_volume.h"

namespace pi::testing {
namespace {

constexpr uint32_t kCluster = 512;

// A card in memory whose table entries and folder entries can be set.
class DamagedCard {
 public:
  explicit DamagedCard(int fat_bits) : fat_bits_(fat_bits) {
    const uint64_t clusters = fat_bits == 12 ? 1000 : fat_bits == 16 ? 5000 : 66000;
    CardImage image({.fat_bits = fat_bits,
                     .table_count = 1,
                     .volume_bytes = clusters * kCluster + (1 << 20),
                     .options = ""});
    image.make_folder("folder");
    image.put("file.bin", make_bytes(10 * kCluster, 1));
    image.put("folder/inner file.bin", make_bytes(3000, 2));
    bytes_ = image.whole();
    table_at_ = base::load_le16(bytes_, 14) * size_t{512};
  }

  Bytes& bytes() { return bytes_; }
  RamDisk disk() const { return RamDisk(bytes_); }
  size_t table_at() const { return table_at_; }

  // Where the folder entry with this 8.3 name is.
  size_t entry_at(std::string_view name11) const {
    const auto pattern = std::as_bytes(std::span(name11.data(), name11.size()));
    const auto at = std::search(bytes_.begin(), bytes_.end(), pattern.begin(), pattern.end());
    EXPECT_NE(at, bytes_.end());
    return static_cast<size_t>(at - bytes_.begin());
  }
  uint32_t first_cluster(std::string_view name11) const {
    const size_t at = entry_at(name11);
    return static_cast<uint32_t>(base::load_le16(bytes_, at + 20)) << 16 |
           base::load_le16(bytes_, at + 26);
  }
  void set_first_cluster(std::string_view name11, uint32_t cluster) {
    const size_t at = entry_at(name11);
    base::store_le16(bytes_, at + 20, static_cast<uint16_t>(cluster >> 16));
    base::store_le16(bytes_, at + 26, static_cast<uint16_t>(cluster));
  }
  void set_size(std::string_view name11, uint32_t size) {
    base::store_le32(bytes_, entry_at(name11) + 28, size);
  }

  // `value` may be one of the marks, as FAT32 writes them.
  static constexpr uint32_t kBad = 0x0ffffff7;
  static constexpr uint32_t kEnd = 0x0fffffff;
  void set_link(uint32_t cluster, uint32_t value) {
    if (fat_bits_ == 32) {
      base::store_le32(bytes_, table_at_ + cluster * 4, value);
    } else if (fat_bits_ == 16) {
      base::store_le16(bytes_, table_at_ + cluster * 2, static_cast<uint16_t>(value));
    } else {
      const size_t at = table_at_ + cluster + cluster / 2;
      const uint32_t pair = base::load_le16(bytes_, at);
      const uint32_t changed = cluster % 2 == 0 ? (pair & 0xf000) | (value & 0xfff)
                                                : (pair & 0x000f) | (value & 0xfff) << 4;
      base::store_le16(bytes_, at, static_cast<uint16_t>(changed));
    }
  }

 private:
  int fat_bits_;
  Bytes bytes_;
  size_t table_at_ = 0;
};

constexpr std::string_view kFile = "FILE    BIN";
constexpr std::string_view kFolder = "FOLDER     ";

class FatCorruption : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_FAT_TOOLS();
    card_.emplace(GetParam());
    first_ = card_->first_cluster(kFile);
  }

  base::Status outcome_of_file() {
    RamDisk disk = card_->disk();
    auto volume = FatVolume::mount(disk, scratch_.small());
    TRY(volume);
    TRY_ASSIGN(const FileInfo file, volume->find("file.bin"));
    const base::Status extents = volume->count_extents(file).status();
    EXPECT_EQ(FileReader::open(*volume, file).status().code(), extents.code());
    return extents;
  }
  base::Status outcome_of(std::string_view path) {
    RamDisk disk = card_->disk();
    auto volume = FatVolume::mount(disk, scratch_.small());
    TRY(volume);
    return volume->find(path).status();
  }
  void expect_corrupt_file(const char* part_of_message) {
    const base::Status status = outcome_of_file();
    EXPECT_EQ(status.code(), base::ErrorCode::kCorrupt);
    EXPECT_NE(message_of(status).find(part_of_message), std::string::npos) << message_of(status);
  }

  std::optional<DamagedCard> card_;
  uint32_t first_ = 0;
  Scratch scratch_;
};
INSTANTIATE_TEST_SUITE_P(All, FatCorruption, ::testing::Values(12, 16, 32));

TEST_P(FatCorruption, ASoundFileHasNone) { EXPECT_OK(outcome_of_file()); }

TEST_P(FatCorruption, AChainThatBitesItsTailIsCorrupt) {
  for (const uint32_t target : {first_, first_ + 3, first_ + 8, first_ + 9}) {
    card_->set_link(first_ + 9, target);
    expect_corrupt_file("beyond the 10 clusters");
  }
}

TEST_P(FatCorruption, ALoopWithinTheSizeIsCorrupt) {
  card_->set_link(first_ + 1, first_);
  expect_corrupt_file("beyond the 10 clusters");
}

TEST_P(FatCorruption, AChainThatIsTooShortIsCorrupt) {
  card_->set_link(first_ + 6, DamagedCard::kEnd);
  expect_corrupt_file("ends after 7 of its 10 clusters");
}

TEST_P(FatCorruption, AChainThatIsTooLongIsCorrupt) {
  card_->set_link(first_ + 9, first_ + 100);
  card_->set_link(first_ + 100, DamagedCard::kEnd);
  expect_corrupt_file("beyond the 10 clusters");
}

TEST_P(FatCorruption, ASizeThatNoChainCanHoldIsCorrupt) {
  card_->set_size(kFile, UINT32_MAX);
  expect_corrupt_file("ends after 10 of its");
  card_->set_size(kFile, 0);
  expect_corrupt_file("beyond the 0 clusters");
}

TEST_P(FatCorruption, ALinkToAFreeClusterIsCorrupt) {
  card_->set_link(first_ + 4, 0);
  expect_corrupt_file("marked free");
}

TEST_P(FatCorruption, ALinkToABadClusterIsCorrupt) {
  card_->set_link(first_ + 4, DamagedCard::kBad);
  expect_corrupt_file("marked bad");
}

TEST_P(FatCorruption, ALinkBeyondTheVolumeIsCorrupt) {
  RamDisk disk = card_->disk();
  auto volume = FatVolume::mount(disk, scratch_.small());
  ASSERT_OK(volume);
  const auto clusters = static_cast<uint32_t>(volume->size_bytes() / kCluster);
  for (const uint32_t link : {1u, clusters + 2, clusters + 3, 0x0ffffff6u}) {
    card_->set_link(first_ + 4, link);
    expect_corrupt_file("but the volume has");
  }
}

TEST_P(FatCorruption, AFirstClusterThatDoesNotExistIsCorrupt) {
  for (const uint32_t cluster : {0u, 1u, 0xfff0u, 0xffffffffu}) {
    if (GetParam() == 32 && cluster == 0xfff0) continue;
    card_->set_first_cluster(kFile, cluster);
    expect_corrupt_file("a folder entry leads to cluster");
  }
}

TEST_P(FatCorruption, TheHighHalfOfAFirstClusterCountsForFat32Only) {
  card_->set_first_cluster(kFile, 0x1230000 | first_);
  if (GetParam() == 32) {
    expect_corrupt_file("a folder entry leads to cluster");
  } else {
    EXPECT_OK(outcome_of_file());
  }
}

TEST_P(FatCorruption, AFolderThatBitesItsTailEnds) {
  const uint32_t folder = card_->first_cluster(kFolder);
  card_->set_link(folder, folder);
  // No end mark: the entry of the file again and again, so that the loop is really walked.
  const size_t cluster_at = card_->entry_at("INNERF~1BIN") / 512 * 512;
  for (size_t at = cluster_at; at < cluster_at + kCluster; at += 32) {
    std::memcpy(card_->bytes().data() + at, "OTHER   BIN\x20", 12);
  }
  const base::Status status = outcome_of("folder/none");
  EXPECT_EQ(status.code(), base::ErrorCode::kCorrupt) << message_of(status);
}

TEST_P(FatCorruption, FoldersThatContainEachOtherCannotBeWalkedForEver) {
  // "folder/inner file.bin" becomes a folder: the folder itself.
  const uint32_t folder = card_->first_cluster(kFolder);
  card_->set_first_cluster("INNERF~1BIN", folder);
  card_->bytes()[card_->entry_at("INNERF~1BIN") + 11] = std::byte{0x10};
  std::string path = "folder";
  for (int i = 0; i < 100; ++i) path += "/inner file.bin";
  EXPECT_OK(outcome_of(path));
  EXPECT_EQ(outcome_of(path + "/none").code(), base::ErrorCode::kNotFound);
  RamDisk disk = card_->disk();
  EXPECT_GT(mount_and_explore(disk).folders, 50u);
}

TEST_P(FatCorruption, AFolderWithoutClustersIsCorrupt) {
  card_->set_first_cluster(kFolder, 0);
  EXPECT_EQ(outcome_of("folder/inner file.bin").code(), base::ErrorCode::kCorrupt);
}

TEST_P(FatCorruption, ATableThatIsTooShortForItsClustersGivesOnlyThose) {
  const size_t field = GetParam() == 32 ? 36 : 22;
  card_->bytes()[field] = std::byte{1};
  card_->bytes()[field + 1] = std::byte{0};
  RamDisk disk = card_->disk();
  auto volume = FatVolume::mount(disk, scratch_.small());
  ASSERT_OK(volume);
  const uint64_t entries = 512 * 8 / static_cast<uint64_t>(GetParam());
  EXPECT_EQ(volume->size_bytes(), (entries - 2) * kCluster);
}

// Flips in the parts that decide: the boot sector, the table, the folders.
TEST_P(FatCorruption, RandomDamageEndsInBoundedReads) {
  std::mt19937 random(static_cast<uint32_t>(GetParam()));
  const auto pick = [&](size_t below) { return random() % below; };
  Bytes& bytes = card_->bytes();
  const size_t folder_at = card_->entry_at("INNERF~1BIN") / 512 * 512;
  const size_t root_at = card_->entry_at(kFolder) / 512 * 512;
  RamDisk disk = card_->disk();
  fakes::FailingBlockDevice device(disk);
  const Findings sound = mount_and_explore(device);
  ASSERT_OK(sound.first_error);

  int mutants_with_errors = 0;
  for (int mutant = 0; mutant < 3000; ++mutant) {
    std::vector<std::pair<size_t, std::byte>> undo;
    const size_t flips = 1 + pick(6);
    for (size_t i = 0; i < flips; ++i) {
      const size_t areas[] = {pick(96), 446 + pick(66), card_->table_at() + pick(64),
                              root_at + pick(256), folder_at + pick(256)};
      const size_t at = areas[pick(std::size(areas))];
      undo.emplace_back(at, bytes[at]);
      bytes[at] = pick(3) == 0 ? std::byte{0xff} : static_cast<std::byte>(random());
    }
    device.reset_counts();
    const Findings findings = mount_and_explore(device);
    mutants_with_errors += findings.first_error.ok() ? 0 : 1;
    ASSERT_LT(device.reads(), 100'000u) << "mutant " << mutant;
    for (size_t i = undo.size(); i > 0; --i) bytes[undo[i - 1].first] = undo[i - 1].second;
  }
  EXPECT_GT(mutants_with_errors, 500) << "the damage must hit something";
  EXPECT_EQ(mount_and_explore(device).checksum, sound.checksum);
}

TEST_P(FatCorruption, ABootSectorOfNoiseEndsInBoundedReads) {
  Bytes& bytes = card_->bytes();
  RamDisk disk = card_->disk();
  fakes::FailingBlockDevice device(disk);
  for (uint32_t seed = 0; seed < 1000; ++seed) {
    const Bytes noise = make_bytes(512, seed);
    std::ranges::copy(noise, bytes.begin());
    base::store_le16(bytes, 510, 0xaa55);
    // The fields that are checked first, so that the others have their turn.
    base::store_le16(bytes, 11, static_cast<uint16_t>(512 << seed % 4));
    bytes[13] = static_cast<std::byte>(1 << seed % 8);
    bytes[21] = std::byte{0xf8};
    if (seed % 3 == 0) base::store_le16(bytes, 22, 0);
    if (seed % 3 == 0) base::store_le16(bytes, 17, 0);
    if (seed % 3 == 0) base::store_le16(bytes, 42, 0);
    device.reset_counts();
    mount_and_explore(device);
    ASSERT_LT(device.reads(), 100'000u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace pi::testing
