// A file in pieces all over a card, read as if it lay in one.
#include "kernel/model/file_weight_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "libpi/fs/ram_disk.h"
#include "tests/fakes/failing_block_device.h"
#include "tests/libpi/fs/card_image.h"

namespace kernel {
namespace {

using fakes::FailingBlockDevice;
using pi::testing::Bytes;

constexpr size_t kBlock = pi::BlockDevice::kBlockSize;
constexpr size_t kFileBlocks = 11;

class FragmentedFile : public testing::Test {
 protected:
  FragmentedFile() {
    size_t at = 0;
    for (const pi::Extent& extent : extents_) {
      const size_t bytes = extent.block_count * kBlock;
      std::copy_n(file_.begin() + static_cast<ptrdiff_t>(at), bytes,
                  disk_bytes_.begin() + static_cast<ptrdiff_t>(extent.first_block * kBlock));
      at += bytes;
    }
  }

  std::span<std::byte> room(size_t blocks) {
    auto all = std::span(room_).first(blocks * kBlock);
    std::ranges::fill(all, std::byte{0xee});
    return all;
  }
  bool has_file_from(size_t block, std::span<const std::byte> content) const {
    return std::equal(content.begin(), content.end(),
                      file_.begin() + static_cast<ptrdiff_t>(block * kBlock));
  }

  // Out of order, with neighbours, and one block alone.
  const std::vector<pi::Extent> extents_ = {{20, 4}, {3, 1}, {30, 5}, {4, 1}};
  Bytes file_ = pi::testing::make_bytes(kFileBlocks * kBlock, 7);
  Bytes disk_bytes_ = pi::testing::make_bytes(40 * kBlock, 8);
  pi::RamDisk disk_{disk_bytes_};
  FailingBlockDevice card_{disk_};
  FileWeightSource source_{card_, extents_, kFileBlocks* kBlock};
  alignas(pi::BlockDevice::kTargetAlignment) std::byte room_[kFileBlocks * kBlock];
};

TEST_F(FragmentedFile, IsReadFromEveryBlockInEveryLength) {
  for (size_t first = 0; first < kFileBlocks; ++first) {
    for (size_t count = 0; first + count <= kFileBlocks; ++count) {
      const auto target = room(count);
      EXPECT_OK(source_.read(first * kBlock, target));
      EXPECT_TRUE(has_file_from(first, target)) << first << " " << count;
    }
  }
}

TEST_F(FragmentedFile, TakesOneReadForEachPiece) {
  EXPECT_OK(source_.read(kBlock, room(3)));
  EXPECT_EQ(card_.reads(), 1u);
  EXPECT_OK(source_.read(0, room(kFileBlocks)));
  EXPECT_EQ(card_.reads(), 1u + 4u);
}

TEST_F(FragmentedFile, BeginsWithTheFirstPieceAtOnce) {
  EXPECT_OK(source_.start_read(3 * kBlock, room(4)));
  EXPECT_EQ(card_.reads(), 1u);
  EXPECT_OK(source_.finish_read());
  EXPECT_EQ(card_.reads(), 3u);
}

TEST_F(FragmentedFile, TellsAnErrorOfAnyPieceAndRecovers) {
  using Half = FailingBlockDevice::Half;
  for (const Half half : {Half::kStart, Half::kFinish}) {
    for (uint64_t piece = 1; piece <= extents_.size(); ++piece) {
      card_.fail_at(piece, FailingBlockDevice::Mode::kOnce, half);
      const base::Status status = source_.read(0, room(kFileBlocks));
      EXPECT_FALSE(status.ok()) << piece;
      EXPECT_EQ(status.number(0), extents_[piece - 1].first_block);
      const auto target = room(kFileBlocks);
      EXPECT_OK(source_.read(0, target));
      EXPECT_TRUE(has_file_from(0, target));
    }
  }
}

TEST_F(FragmentedFile, EndsWhereItsSizeSays) {
  EXPECT_EQ(source_.size_bytes(), kFileBlocks * kBlock);
  EXPECT_EQ(source_.read(kFileBlocks * kBlock, room(1)).code(), base::ErrorCode::kOutOfRange);
  EXPECT_EQ(card_.reads(), 0u);
}

TEST_F(FragmentedFile, EndsWhereItsPiecesDo) {
  FileWeightSource too_long(card_, extents_, (kFileBlocks + 1) * kBlock);
  const base::Status status = too_long.read((kFileBlocks - 1) * kBlock, room(2));
  EXPECT_EQ(status.code(), base::ErrorCode::kOutOfRange);
  EXPECT_OK(too_long.read(0, room(1)));
}

}  // namespace
}  // namespace kernel
