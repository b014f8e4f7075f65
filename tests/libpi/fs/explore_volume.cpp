#include "tests/libpi/fs/explore_volume.h"

#include <algorithm>
#include <vector>

#include "base/align.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "libpi/fs/file_reader.h"

namespace pi::testing {
namespace {

constexpr size_t kMaxFolders = 64;
constexpr size_t kMaxEntries = 2000;
constexpr uint64_t kMaxRead = 64 << 10;

class Explorer {
 public:
  Explorer(BlockDevice& device, FatVolume& volume) : device_(device), volume_(volume) {}

  Findings run() {
    folders_.push_back(volume_.root());
    for (size_t i = 0; i < folders_.size(); ++i) list(FileInfo(folders_[i]));
    findings_.folders = static_cast<uint32_t>(folders_.size()) - 1;
    return findings_;
  }

 private:
  template <typename T>
  bool note(const T& outcome) {
    const base::Status status = base::to_status(outcome);
    if (!status.ok() && findings_.first_error.ok()) findings_.first_error = status;
    return status.ok();
  }

  void add(std::span<const std::byte> bytes) {
    findings_.checksum = base::crc32c(bytes, findings_.checksum);
  }

  void list(const FileInfo& folder) {
    auto reader = volume_.open_folder(folder);
    if (!note(reader)) return;
    FileInfo info;
    while (entries_++ < kMaxEntries) {
      auto is_there = reader->next(info);
      if (!note(is_there) || !*is_there) return;
      CHECK(info.name().size() <= kMaxNameBytes);
      add(std::as_bytes(std::span(info.name().data(), info.name().size())));
      add(std::as_bytes(std::span(&info.size, 1)));
      if (!info.is_folder) {
        ++findings_.files;
        visit(info);
      } else if (folders_.size() < kMaxFolders) {
        folders_.push_back(info);
      }
    }
  }

  void visit(const FileInfo& file) {
    auto count = volume_.count_extents(file);
    if (!note(count)) return;
    std::vector<Extent> room(*count);
    auto extents = volume_.extents(file, room);
    if (!note(extents)) return;
    uint64_t blocks = 0;
    for (const Extent& extent : *extents) {
      CHECK(extent.block_count > 0 &&
            extent.first_block + extent.block_count <= device_.block_count());
      blocks += extent.block_count;
    }
    CHECK(blocks == base::divide_up<uint64_t>(file.size, BlockDevice::kBlockSize));

    auto reader = FileReader::open(volume_, file);
    if (!note(reader)) return;
    const uint64_t size = std::min<uint64_t>(file.size, kMaxRead);
    read(*reader, *extents, 0, size);
    read(*reader, *extents, file.size - size, size);
  }

  void read(FileReader& reader, std::span<const Extent> extents, uint64_t offset, uint64_t size) {
    std::vector<std::byte> content(size);
    if (!note(reader.read(offset, content))) return;
    add(content);
    uint64_t extent_begin = 0;
    for (const Extent& extent : extents) {
      const uint64_t extent_end = extent_begin + extent.block_count * BlockDevice::kBlockSize;
      const uint64_t begin = std::max(extent_begin, offset);
      const uint64_t end = std::min(extent_end, offset + size);
      if (begin < end) {
        compare(extent.first_block * BlockDevice::kBlockSize + (begin - extent_begin),
                std::span(content).subspan(begin - offset, end - begin));
      }
      extent_begin = extent_end;
    }
  }

  void compare(uint64_t device_position, std::span<const std::byte> expected) {
    const uint64_t first = device_position / BlockDevice::kBlockSize;
    const uint64_t end =
        base::divide_up<uint64_t>(device_position + expected.size(), BlockDevice::kBlockSize);
    const auto target = std::span(buffer_).first((end - first) * BlockDevice::kBlockSize);
    if (!note(device_.read(first, target))) return;
    CHECK(std::ranges::equal(
        target.subspan(device_position - first * BlockDevice::kBlockSize, expected.size()),
        expected));
  }

  BlockDevice& device_;
  FatVolume& volume_;
  Findings findings_;
  std::vector<FileInfo> folders_;
  size_t entries_ = 0;
  alignas(BlockDevice::kTargetAlignment) std::byte buffer_[kMaxRead + 1024];
};

}  // namespace

Findings explore(BlockDevice& device, FatVolume& volume) { return Explorer(device, volume).run(); }

Findings mount_and_explore(BlockDevice& device) {
  alignas(BlockDevice::kTargetAlignment) std::byte scratch[BlockWindow::kMinBuffer];
  auto volume = FatVolume::mount(device, scratch);
  if (!volume.ok()) {
    Findings findings;
    findings.first_error = volume.status();
    return findings;
  }
  return explore(device, *volume);
}

}  // namespace pi::testing
