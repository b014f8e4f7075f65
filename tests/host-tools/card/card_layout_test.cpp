#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host-tools/card/card_writer.h"
#include "host-tools/support/failure.h"

namespace host {
namespace {

constexpr uint64_t kMiB = 1 << 20;

std::vector<CardFile> files_of(uint64_t bytes) { return {{"m.blm", "m.blm", bytes, true}}; }

std::string failure_of(uint64_t bytes, uint64_t size) {
  try {
    plan_card(files_of(bytes), size);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

TEST(CardLayout, IsSmallForSmallModels) {
  const CardLayout layout = plan_card(files_of(kMiB), {});
  EXPECT_EQ(layout.image_bytes, 256 * kMiB);
  EXPECT_EQ(layout.fat_bits, 16);
  EXPECT_EQ(layout.cluster_bytes, 32768u);
}

TEST(CardLayout, GrowsToTheNextPowerOfTwo) {
  EXPECT_EQ(plan_card(files_of(250 * kMiB), {}).image_bytes, 256 * kMiB);
  EXPECT_EQ(plan_card(files_of(252 * kMiB), {}).image_bytes, 512 * kMiB);
  EXPECT_EQ(plan_card(files_of(2040 * kMiB), {}).fat_bits, 16);
  const CardLayout large = plan_card(files_of(2045 * kMiB), {});
  EXPECT_EQ(large.image_bytes, 4096 * kMiB);
  EXPECT_EQ(large.fat_bits, 32);
}

// Fewer than 4,085 clusters are a FAT12 to every reader, and more than 65,524 a FAT32.
TEST(CardLayout, HasAsManyClustersAsItsKindOfFatMustHave) {
  for (uint64_t size = kMinCardBytes; size <= kMaxCardBytes; size *= 2) {
    const CardLayout layout = plan_card(files_of(1), size);
    const uint64_t most = (size - kPartitionOffset) / layout.cluster_bytes;
    const uint64_t least = (size - kPartitionOffset - kMiB) / layout.cluster_bytes;
    if (layout.fat_bits == 16) {
      EXPECT_GE(least, 4085u) << size;
      EXPECT_LE(most, 65524u) << size;
    } else {
      EXPECT_GE(least, 65525u + 65525u / 128) << size;
    }
  }
}

TEST(CardLayout, SaysWhySizesDoNotDo) {
  EXPECT_THAT(failure_of(1, 100 * kMiB), testing::HasSubstr("power of two"));
  EXPECT_THAT(failure_of(1, 32 * kMiB), testing::HasSubstr("64M"));
  EXPECT_THAT(failure_of(100 * kMiB, 64 * kMiB), testing::HasSubstr("the files need 10"));
}

}  // namespace
}  // namespace host
