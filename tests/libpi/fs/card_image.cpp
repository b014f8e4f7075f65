#include "tests/libpi/fs/card_image.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/align.h"
#include "base/bytes.h"
#include "base/format.h"
#include "libpi/fs/file_reader.h"

namespace pi::testing {
namespace {

// Formatting tools are in folders of root's PATH only; mtools must know that names are UTF-8, and
// refuses odd geometries unless this option is set.
constexpr const char* kEnvironment =
    "export PATH=\"$PATH:/usr/sbin:/sbin\" LC_ALL=C.UTF-8 MTOOLS_SKIP_CHECK=1 MTOOLSRC=/dev/null; ";

int run(const std::string& command) { return std::system((kEnvironment + command).c_str()); }

std::string new_path(const char* suffix) {
  static int number = 0;
  return ::testing::TempDir() + "barellama-" + std::to_string(::getpid()) + "-" +
         std::to_string(number++) + suffix;
}

void store_entry(std::span<std::byte> table, size_t index, const PartitionEntry& entry) {
  const auto raw = table.subspan(446 + 16 * index, 16);
  raw[0] = std::byte{entry.boot_indicator};
  raw[4] = std::byte{entry.type};
  base::store_le32(raw, 8, entry.first_block);
  base::store_le32(raw, 12, entry.block_count);
}

}  // namespace

Bytes make_bytes(size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

bool CardImage::has_tools() {
  static const bool has = run("command -v mkfs.fat mcopy mmd mdel >/dev/null") == 0;
  return has;
}

CardImage::CardImage(const Shape& shape) : shape_(shape), path_(new_path(".img")) {
  std::ofstream(path_).close();
  std::filesystem::resize_file(path_, volume_offset() + shape.volume_bytes);
  const std::string command =
      "mkfs.fat --invariant -n STORIES -F " + std::to_string(shape.fat_bits) + " -S " +
      std::to_string(shape.sector_bytes) + " -s " + std::to_string(shape.sectors_per_cluster) +
      " -f " + std::to_string(shape.table_count) +
      " --offset=" + std::to_string(volume_offset() / shape.sector_bytes) + " " + shape.options +
      " '" + path_ + "' " + std::to_string(shape.volume_bytes / 1024) + " >/dev/null 2>'" + path_ +
      ".log'";
  EXPECT_EQ(run(command), 0) << command;
  if (shape.volume_block != 0) write_partition_table();
}

CardImage::~CardImage() {
  std::filesystem::remove(path_);
  std::filesystem::remove(path_ + ".log");
}

void CardImage::write_partition_table() {
  Bytes block(BlockDevice::kBlockSize);
  const PartitionEntry entry{
      .first_block = static_cast<uint32_t>(shape_.volume_block),
      .block_count = static_cast<uint32_t>(shape_.volume_bytes / BlockDevice::kBlockSize)};
  set_partition_table(block, std::span(&entry, 1));
  write(0, block);
}

void CardImage::put(const std::string& path, const Bytes& content) {
  const std::string source = new_path(".bin");
  std::ofstream(source, std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()),
             static_cast<std::streamsize>(content.size()));
  mtools("mcopy {image} -D o '" + source + "' '::/" + path + "'");
  std::filesystem::remove(source);
}

void CardImage::make_folder(const std::string& path) { mtools("mmd {image} '::/" + path + "'"); }

void CardImage::mtools(const std::string& command) {
  const std::string place = "{image}";
  std::string line = command;
  line.replace(line.find(place), place.size(),
               "-i '" + path_ + "'@@" + std::to_string(volume_offset()));
  EXPECT_EQ(run(line + " >'" + path_ + ".log' 2>&1"), 0) << line;
}

Bytes CardImage::read(uint64_t offset, size_t size) const {
  Bytes bytes(size);
  std::ifstream file(path_, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  EXPECT_TRUE(file.good());
  return bytes;
}

void CardImage::write(uint64_t offset, const Bytes& bytes) {
  std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(offset));
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  EXPECT_TRUE(file.good());
}

Bytes CardImage::whole() const {
  return read(0, static_cast<size_t>(std::filesystem::file_size(path_)));
}

host::ImageFile CardImage::open() const { return std::move(host::ImageFile::open(path_).value()); }

void set_partition_table(std::span<std::byte> image, std::span<const PartitionEntry> entries) {
  std::memset(image.data() + 446, 0, 64);
  for (size_t i = 0; i < entries.size(); ++i) store_entry(image, i, entries[i]);
  base::store_le16(image, 510, 0xaa55);
}

Bytes read_by_extents(BlockDevice& device, FatVolume& volume, const FileInfo& file) {
  std::vector<Extent> room(1000);
  auto extents = volume.extents(file, room);
  EXPECT_TRUE(extents.ok()) << message_of(extents.status());
  Bytes content;
  if (!extents.ok()) return content;
  alignas(BlockDevice::kTargetAlignment) std::byte block[BlockDevice::kBlockSize];
  for (const Extent& extent : *extents) {
    for (uint64_t i = 0; i < extent.block_count; ++i) {
      const base::Status status = device.read(extent.first_block + i, block);
      EXPECT_TRUE(status.ok()) << message_of(status);
      content.insert(content.end(), std::begin(block), std::end(block));
    }
  }
  EXPECT_EQ(content.size(), base::round_up<size_t>(file.size, BlockDevice::kBlockSize));
  content.resize(std::min<size_t>(content.size(), file.size));
  return content;
}

Bytes read_in_steps(FatVolume& volume, const FileInfo& file, size_t step) {
  Bytes content(file.size);
  auto reader = FileReader::open(volume, file);
  EXPECT_TRUE(reader.ok()) << message_of(reader.status());
  if (!reader.ok()) return {};
  for (size_t offset = 0; offset < content.size(); offset += step) {
    const base::Status status = reader->read(
        offset, std::span(content).subspan(offset, std::min(step, content.size() - offset)));
    EXPECT_TRUE(status.ok()) << message_of(status);
    if (!status.ok()) return {};
  }
  return content;
}

std::string message_of(const base::Status& status) {
  char text[400];
  base::TextBuffer buffer(text);
  base::print(buffer, status);
  return std::string(buffer.view());
}

}  // namespace pi::testing
