// Card images made by the tools that people use: mkfs.fat and mtools, in a file of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libpi/fs/fat_volume.h"
#include "libpi/fs/host/image_file.h"

namespace pi::testing {

using Bytes = std::vector<std::byte>;

// Bytes that depend on the seed only.
Bytes make_bytes(size_t size, uint32_t seed);

// Memory that a block device takes as a target.
struct alignas(BlockDevice::kTargetAlignment) Scratch {
  std::byte bytes[64 << 10];

  std::span<std::byte> small() { return std::span(bytes).first(BlockWindow::kMinBuffer); }
  std::span<std::byte> large() { return bytes; }
};

// Skips the test that asks when the tools are not installed.
#define SKIP_WITHOUT_FAT_TOOLS()                                                 \
  if (!::pi::testing::CardImage::has_tools()) {                                  \
    GTEST_SKIP() << "card images are not tested: install dosfstools and mtools"; \
  }

class CardImage {
 public:
  struct Shape {
    int fat_bits = 32;
    uint32_t sector_bytes = 512;
    uint32_t sectors_per_cluster = 1;
    uint32_t table_count = 2;
    uint64_t volume_block = 0;  // where the volume begins; not 0: a partition table is written
    uint64_t volume_bytes = 40 << 20;
    std::string options;  // more of mkfs.fat's
  };

  static bool has_tools();

  // A new, sparse, formatted image. Tests fail when a tool does.
  explicit CardImage(const Shape& shape);
  ~CardImage();
  CardImage(const CardImage&) = delete;
  CardImage& operator=(const CardImage&) = delete;

  // Paths on the card begin without '/'.
  void put(const std::string& path, const Bytes& content);
  void make_folder(const std::string& path);
  // Runs an mtools command on the image: {image} stands for the option that names it.
  void mtools(const std::string& command);

  // Bytes of the image itself.
  Bytes read(uint64_t offset, size_t size) const;
  void write(uint64_t offset, const Bytes& bytes);
  uint64_t volume_offset() const { return shape_.volume_block * BlockDevice::kBlockSize; }
  Bytes whole() const;

  const std::string& path() const { return path_; }
  host::ImageFile open() const;

 private:
  void write_partition_table();

  Shape shape_;
  std::string path_;
};

// One primary partition entry for a table in block 0.
struct PartitionEntry {
  uint8_t boot_indicator = 0;
  uint8_t type = 0x0c;
  uint32_t first_block = 0;
  uint32_t block_count = 0;
};
// Writes a master boot record over the end of block 0 of an image in memory.
void set_partition_table(std::span<std::byte> image, std::span<const PartitionEntry> entries);

// The file's bytes, by its extents; and by a FileReader in pieces of `step`. On errors the test
// fails, and what could be read is returned.
Bytes read_by_extents(BlockDevice& device, FatVolume& volume, const FileInfo& file);
Bytes read_in_steps(FatVolume& volume, const FileInfo& file, size_t step);

// The message of an error, with its numbers.
std::string message_of(const base::Status& status);

#define EXPECT_OK(expression)                                                    \
  do {                                                                           \
    const ::base::Status expect_status = ::base::to_status(expression);          \
    EXPECT_TRUE(expect_status.ok()) << ::pi::testing::message_of(expect_status); \
  } while (false)

#define ASSERT_OK(expression)                                                    \
  do {                                                                           \
    const ::base::Status assert_status = ::base::to_status(expression);          \
    ASSERT_TRUE(assert_status.ok()) << ::pi::testing::message_of(assert_status); \
  } while (false)

}  // namespace pi::testing
