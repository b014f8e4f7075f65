// The n-th read fails, for every n until the case ends without a failure; after the way in which
// SQLite tests input and output errors.
#include <gtest/gtest.h>

#include "libpi/fs/ram_disk.h"
#include "tests/fakes/failing_block_device.h"
#include "tests/libpi/fs/card_image.h"
#include "tests/libpi/fs/explore_volume.h"

namespace pi::testing {
namespace {

using Mode = fakes::FailingBlockDevice::Mode;
using Half = fakes::FailingBlockDevice::Half;

// A few files and folders, one file in pieces.
Bytes card_bytes(int fat_bits) {
  const uint64_t clusters = fat_bits == 12 ? 1000 : fat_bits == 16 ? 5000 : 66000;
  CardImage image(
      {.fat_bits = fat_bits, .volume_bytes = clusters * 512 + (1 << 20), .options = ""});
  image.make_folder("folder");
  std::string deleted;
  for (int i = 0; i < 12; ++i) {
    image.put("folder/f" + std::to_string(i), make_bytes(600, 1));
    if (i % 2 == 0) deleted += " ::/folder/f" + std::to_string(i);
  }
  image.mtools("mdel {image}" + deleted);
  if (fat_bits == 32) image.write(512 + 492, Bytes(4, std::byte{0xff}));
  image.put("folder/a file in pieces.bin", make_bytes(20000, 2));
  image.put("readme.txt", make_bytes(100, 3));
  return image.whole();
}

class FatFailure : public ::testing::TestWithParam<std::tuple<int, Mode, Half>> {};
INSTANTIATE_TEST_SUITE_P(All, FatFailure,
                         ::testing::Combine(::testing::Values(12, 16, 32),
                                            ::testing::Values(Mode::kOnce, Mode::kForever),
                                            ::testing::Values(Half::kStart, Half::kFinish)));

TEST_P(FatFailure, OfTheNthReadIsReportedAndDoesNotStay) {
  SKIP_WITHOUT_FAT_TOOLS();
  const auto [fat_bits, mode, half] = GetParam();
  const Bytes image = card_bytes(fat_bits);
  RamDisk disk(image);
  const Findings expected = mount_and_explore(disk);
  ASSERT_OK(expected.first_error);
  ASSERT_EQ(expected.files, 8u);
  ASSERT_EQ(expected.folders, 1u);

  const auto wanted = half == Half::kStart ? base::ErrorCode::kTimeout : base::ErrorCode::kIo;
  Scratch scratch;
  fakes::FailingBlockDevice device(disk);
  uint64_t n = 1;
  for (;; ++n) {
    device.fail_at(n, mode, half);
    auto volume = FatVolume::mount(device, scratch.small());
    if (!volume.ok()) {
      ASSERT_TRUE(device.has_failed());
      ASSERT_EQ(volume.status().code(), wanted);
      continue;
    }
    const Findings findings = explore(device, *volume);
    if (!device.has_failed()) {
      ASSERT_OK(findings.first_error);
      ASSERT_EQ(findings.checksum, expected.checksum);
      break;
    }
    ASSERT_EQ(findings.first_error.code(), wanted) << "read " << n;
    device.fail_at(0, mode);
    const Findings again = explore(device, *volume);
    ASSERT_OK(again.first_error);
    ASSERT_EQ(again.checksum, expected.checksum) << "after read " << n << " had failed";
  }
  EXPECT_GT(n, 20u) << "the case must read a lot to mean something";
}

}  // namespace
}  // namespace pi::testing
