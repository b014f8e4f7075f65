#include "libpi/fs/block_window.h"

#include "libpi/fs/ram_disk.h"
#include "tests/fakes/failing_block_device.h"
#include "tests/libpi/fs/card_image.h"

namespace pi::testing {
namespace {

using Mode = fakes::FailingBlockDevice::Mode;

constexpr uint64_t kBlock = BlockDevice::kBlockSize;

class BlockWindowTest : public ::testing::Test {
 protected:
  const Bytes image_ = make_bytes(1000 * kBlock, 1);
  RamDisk disk_{image_};
  fakes::FailingBlockDevice device_{disk_};
  Scratch scratch_;

  // Whether the window shows what is on the disk.
  bool shows(BlockWindow& window, uint64_t position, size_t size) {
    auto view = window.view(position, size);
    return view.ok() && view->size() == size &&
           std::equal(view->begin(), view->end(), image_.begin() + static_cast<long>(position));
  }
};

TEST_F(BlockWindowTest, ShowsBytesAtAnyPlaceOfAnySize) {
  BlockWindow window(device_, scratch_.small());
  uint32_t state = 1;
  for (int i = 0; i < 3000; ++i) {
    state = state * 1664525 + 1013904223;
    const size_t size = 1 + (state >> 8) % BlockWindow::kMaxView;
    state = state * 1664525 + 1013904223;
    const uint64_t position = (state >> 4) % (image_.size() - size + 1);
    ASSERT_TRUE(shows(window, position, size)) << size << " bytes at " << position;
  }
}

TEST_F(BlockWindowTest, ReadsInOrderInLargePieces) {
  BlockWindow window(device_, scratch_.large());
  for (uint64_t position = 0; position < image_.size(); position += 4) {
    ASSERT_TRUE(shows(window, position, 4));
  }
  EXPECT_LE(device_.reads(), 9u);
  EXPECT_EQ(device_.max_blocks_per_read(), sizeof(scratch_.bytes) / kBlock);
}

TEST_F(BlockWindowTest, ReadsHereAndThereInSmallPieces) {
  BlockWindow window(device_, scratch_.large());
  for (uint64_t i = 0; i < 8; ++i) ASSERT_TRUE(shows(window, (900 - i * 100) * kBlock, 4));
  EXPECT_EQ(device_.blocks(), 8u * 8);
  // Downwards block by block: 8 blocks come with one read.
  device_.reset_counts();
  for (uint64_t block = 96; block > 0; --block) ASSERT_TRUE(shows(window, (block - 1) * kBlock, 4));
  EXPECT_EQ(device_.reads(), 12u);
}

TEST_F(BlockWindowTest, EndsWithTheDevice) {
  BlockWindow window(device_, scratch_.small());
  EXPECT_TRUE(shows(window, image_.size() - 1, 1));
  EXPECT_TRUE(shows(window, image_.size() - 4096, 4096));
  EXPECT_EQ(window.view(image_.size(), 1).status().code(), base::ErrorCode::kOutOfRange);
  EXPECT_EQ(window.view(image_.size() - 1, 2).status().code(), base::ErrorCode::kOutOfRange);
  EXPECT_EQ(window.view(uint64_t{1} << 60, 2).status().code(), base::ErrorCode::kOutOfRange);
  EXPECT_TRUE(shows(window, 0, 1)) << "an error does not stay";
}

TEST_F(BlockWindowTest, AFailedReadLeavesNothingBehind) {
  BlockWindow window(device_, scratch_.small());
  ASSERT_TRUE(shows(window, 0, 100));
  device_.fail_at(1, Mode::kOnce);
  EXPECT_EQ(window.view(100 * kBlock, 100).status().code(), base::ErrorCode::kIo);
  EXPECT_TRUE(shows(window, 0, 100)) << "the buffer was overwritten, so it must be read again";
  EXPECT_TRUE(shows(window, 100 * kBlock, 100));
}

}  // namespace
}  // namespace pi::testing
