// The block devices of tests and tools: what they promise to other tests.
#include <filesystem>
#include <fstream>

#include "libpi/fs/ram_disk.h"
#include "tests/fakes/failing_block_device.h"
#include "tests/libpi/fs/card_image.h"

namespace pi::testing {
namespace {

using Mode = fakes::FailingBlockDevice::Mode;
using Half = fakes::FailingBlockDevice::Half;

constexpr size_t kBlock = BlockDevice::kBlockSize;

class FailingBlockDeviceTest : public ::testing::Test {
 protected:
  const Bytes image_ = make_bytes(100 * kBlock, 1);
  RamDisk disk_{image_};
  fakes::FailingBlockDevice device_{disk_};
  Scratch scratch_;
  std::span<std::byte> target_ = scratch_.small().first(2 * kBlock);

  bool reads_right(uint64_t block) {
    return device_.read(block, target_).ok() &&
           std::equal(target_.begin(), target_.end(),
                      image_.begin() + static_cast<long>(block * kBlock));
  }
};

TEST_F(FailingBlockDeviceTest, FailsOnceAtTheReadThatWasNamed) {
  device_.fail_at(3, Mode::kOnce);
  EXPECT_TRUE(reads_right(0));
  EXPECT_TRUE(reads_right(1));
  EXPECT_FALSE(device_.has_failed());
  EXPECT_EQ(device_.read(2, target_).code(), base::ErrorCode::kIo);
  EXPECT_TRUE(device_.has_failed());
  EXPECT_TRUE(reads_right(2));
}

TEST_F(FailingBlockDeviceTest, FailsForeverFromTheReadThatWasNamed) {
  device_.fail_at(2, Mode::kForever, Half::kStart);
  EXPECT_TRUE(reads_right(0));
  EXPECT_EQ(device_.start_read(0, target_).code(), base::ErrorCode::kTimeout);
  EXPECT_EQ(device_.read(0, target_).code(), base::ErrorCode::kTimeout);
  device_.fail_at(0, Mode::kOnce);
  EXPECT_TRUE(reads_right(0));
}

TEST_F(FailingBlockDeviceTest, AnswersWithStaleDataWithoutAWord) {
  device_.fail_at(2, Mode::kStale);
  EXPECT_TRUE(reads_right(10));
  ASSERT_OK(device_.read(20, target_));
  EXPECT_TRUE(std::equal(target_.begin(), target_.end(), image_.begin() + 10 * kBlock));
  EXPECT_TRUE(reads_right(20));
}

TEST_F(FailingBlockDeviceTest, CountsReadsAndBlocks) {
  EXPECT_TRUE(reads_right(0));
  ASSERT_OK(device_.read(0, scratch_.small()));
  EXPECT_EQ(device_.reads(), 2u);
  EXPECT_EQ(device_.blocks(), 18u);
  EXPECT_EQ(device_.max_blocks_per_read(), 16u);
}

TEST_F(FailingBlockDeviceTest, TakesTimeUnlessSomebodyComputesMeanwhile) {
  fakes::ModelClock clock;
  device_.set_speed({.clock = &clock, .bytes_per_second = 1'024'000, .latency_us = 300});
  ASSERT_OK(device_.read(0, target_));
  EXPECT_EQ(clock.now_us(), 1300u) << "latency, and 1024 bytes at 1.024 MB/s";
  ASSERT_OK(device_.start_read(0, target_));
  EXPECT_EQ(clock.now_us(), 1600u) << "start_read() waits for the first block";
  clock.advance_us(700);
  EXPECT_FALSE(device_.poll());
  ASSERT_OK(device_.finish_read());
  EXPECT_EQ(clock.now_us(), 2600u) << "700 us of waiting were used for something else";
  ASSERT_OK(device_.start_read(0, target_));
  clock.advance_us(5000);
  EXPECT_TRUE(device_.poll());
  ASSERT_OK(device_.finish_read());
  EXPECT_EQ(clock.now_us(), 7900u);
  EXPECT_EQ(device_.busy_ns(), 3u * 1'300'000);
}

TEST(RamDisk, LeavesOutAPartOfABlock) {
  const Bytes image = make_bytes(3 * kBlock + 511, 1);
  RamDisk disk(image);
  Scratch scratch;
  EXPECT_EQ(disk.block_count(), 3u);
  const auto target = scratch.small().first(2 * kBlock);
  ASSERT_OK(disk.read(1, target));
  EXPECT_TRUE(std::equal(target.begin(), target.end(), image.begin() + kBlock));
  EXPECT_EQ(disk.read(2, target).code(), base::ErrorCode::kOutOfRange);
  EXPECT_OK(disk.read(3, {target.data(), 0}));
}

class ImageFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(image_.data()),
               static_cast<std::streamsize>(image_.size()));
  }
  void TearDown() override { std::filesystem::remove(path_); }

  const Bytes image_ = make_bytes(5 * kBlock + 1, 2);
  const std::string path_ = ::testing::TempDir() + "barellama-image-" +
                            ::testing::UnitTest::GetInstance()->current_test_info()->name();
  Scratch scratch_;
};

TEST_F(ImageFileTest, ReadsWhatIsInTheFile) {
  auto opened = host::ImageFile::open(path_);
  ASSERT_OK(opened);
  host::ImageFile file = std::move(*opened);
  EXPECT_EQ(file.block_count(), 5u);
  const auto target = scratch_.small().first(2 * kBlock);
  ASSERT_OK(file.read(3, target));
  EXPECT_TRUE(std::equal(target.begin(), target.end(), image_.begin() + 3 * kBlock));
  EXPECT_EQ(file.read(4, target).code(), base::ErrorCode::kOutOfRange);
}

TEST_F(ImageFileTest, SaysWhenTheFileWasCutMeanwhile) {
  auto file = host::ImageFile::open(path_);
  ASSERT_OK(file);
  std::filesystem::resize_file(path_, 2 * kBlock);
  const base::Status status = file->read(1, scratch_.small().first(2 * kBlock));
  EXPECT_EQ(status.code(), base::ErrorCode::kIo);
  EXPECT_EQ(message_of(status), "the image file ends at block 2; was it cut just now?");
}

TEST_F(ImageFileTest, IsNotFoundWhenItIsNotThere) {
  EXPECT_EQ(host::ImageFile::open(path_ + "-not").status().code(), base::ErrorCode::kNotFound);
}

}  // namespace
}  // namespace pi::testing
