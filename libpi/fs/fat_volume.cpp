#include "libpi/fs/fat_volume.h"

#include <algorithm>

#include "base/align.h"
#include "libpi/fs/partition.h"

namespace pi {

using base::ErrorCode;
using base::Status;

base::Result<FatVolume> FatVolume::mount(BlockDevice& device, std::span<std::byte> scratch) {
  BlockWindow window(device, scratch);
  TRY_ASSIGN(const FatGeometry geometry, find_fat_volume(window));
  return FatVolume(window, geometry);
}

FileInfo FatVolume::root() const {
  FileInfo root;
  root.first_cluster = geometry_.root_cluster;
  root.is_folder = true;
  root.is_root = true;
  return root;
}

// The boot sector has a label too, but systems that relabel a card change only the root folder's.
base::Result<FatVolume::Label> FatVolume::label() {
  Label label;
  FolderEntries entries(window_, geometry_, root());
  for (;;) {
    std::array<std::byte, FolderEntries::kEntrySize> entry;
    TRY_ASSIGN(const bool is_there, entries.next(entry));
    if (!is_there) return label;
    if (type_of(entry) != EntryType::kLabel) continue;
    base::TextBuffer text(label.bytes);
    print_label(text, entry);
    label.size = text.view().size();
    return label;
  }
}

base::Result<FileInfo> FatVolume::find(std::string_view path) {
  FileInfo found = root();
  uint32_t part = 0;
  while (!path.empty()) {
    const auto size = static_cast<size_t>(std::ranges::find(path, '/') - path.begin());
    const std::string_view name = path.substr(0, size);
    path.remove_prefix(std::min(size + 1, path.size()));
    if (name.empty()) continue;
    ++part;
    if (!found.is_folder) {
      return Status::error(ErrorCode::kNotFound,
                           "part {} of the path is a file on the card, not a folder", part - 1);
    }
    TRY_ASSIGN(found, find_in(found, name, part));
  }
  return found;
}

base::Result<FileInfo> FatVolume::find_in(const FileInfo& folder, std::string_view name,
                                          uint32_t part) {
  FolderReader reader(window_, geometry_, folder);
  FileInfo info;
  for (;;) {
    TRY_ASSIGN(const bool is_there, reader.next(info));
    if (!is_there) {
      return Status::error(ErrorCode::kNotFound,
                           "the card has no such file or folder (part {} of the path)", part);
    }
    if (reader.is_called(info, name)) return info;
  }
}

base::Result<FolderReader> FatVolume::open_folder(const FileInfo& folder) {
  if (!folder.is_folder) {
    return Status::error(ErrorCode::kInvalidArgument, "a file cannot be listed like a folder");
  }
  return FolderReader(window_, geometry_, folder);
}

base::Result<uint32_t> FatVolume::walk_extents(const FileInfo& file, std::span<Extent> room) {
  if (file.is_folder) {
    return Status::error(ErrorCode::kInvalidArgument, "a folder cannot be read like a file");
  }
  const uint32_t clusters =
      static_cast<uint32_t>(base::divide_up<uint64_t>(file.size, geometry_.cluster_bytes()));
  if (clusters == 0 && file.first_cluster == 0) return 0u;

  ClusterChain chain(window_, geometry_, file.first_cluster, clusters);
  uint64_t blocks_left = base::divide_up<uint64_t>(file.size, BlockDevice::kBlockSize);
  uint32_t count = 0;
  for (;;) {
    TRY_ASSIGN(const std::optional<ClusterRun> run, chain.next_run());
    if (!run.has_value()) break;
    const uint64_t blocks = std::min(uint64_t{run->count} * geometry_.cluster_blocks, blocks_left);
    if (count < room.size()) room[count] = {geometry_.block_of(run->first), blocks};
    blocks_left -= blocks;
    ++count;
  }
  if (chain.walked() != clusters) {
    return Status::error(ErrorCode::kCorrupt,
                         "a file of {} bytes ends after {} of its {} clusters; check the card with "
                         "fsck, or copy the file again",
                         file.size, chain.walked(), clusters);
  }
  return count;
}

base::Result<uint32_t> FatVolume::count_extents(const FileInfo& file) {
  return walk_extents(file, {});
}

base::Result<std::span<Extent>> FatVolume::extents(const FileInfo& file, std::span<Extent> room) {
  TRY_ASSIGN(const uint32_t count, walk_extents(file, room));
  if (count > room.size()) {
    return Status::error(
        ErrorCode::kOutOfMemory,
        "a file lies in {} pieces on the card, but there is room for {} only; copy "
        "it to a freshly formatted card",
        count, room.size());
  }
  return room.first(count);
}

base::Result<std::span<Extent>> FatVolume::extents(const FileInfo& file, base::Arena& arena) {
  TRY_ASSIGN(const uint32_t count, count_extents(file));
  TRY_ASSIGN(const std::span<Extent> room, arena.allocate<Extent>(count, "file extents"));
  return extents(file, room);
}

}  // namespace pi
