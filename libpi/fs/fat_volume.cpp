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

base::Result<FileInfo> FatVolume::find(std::string_view path) {
  FileInfo found = root();
  size_t found_size = 0;  // of the part of the path that leads to it
  for (size_t begin = 0, end = 0; begin < path.size(); begin = end + 1) {
    end = std::min(path.find('/', begin), path.size());
    if (begin == end) continue;
    if (!found.is_folder) {
      return Status::error(ErrorCode::kNotFound, "{} is a file on the card, not a folder",
                           path.substr(0, found_size));
    }
    found_size = end;
    TRY_ASSIGN(const bool is_there, find_in(found, path.substr(begin, end - begin)));
    if (!is_there) {
      return Status::error(ErrorCode::kNotFound, "the card has no file or folder {}",
                           path.substr(0, found_size));
    }
  }
  return found;
}

// Puts what is called `name` in the folder `found` into its place; false if there is none.
base::Result<bool> FatVolume::find_in(FileInfo& found, std::string_view name) {
  FolderReader reader(window_, geometry_, found);
  for (;;) {
    TRY_ASSIGN(const bool is_there, reader.next(found));
    if (!is_there || reader.is_called(found, name)) return is_there;
  }
}

base::Result<FolderReader> FatVolume::open_folder(const FileInfo& folder) {
  if (!folder.is_folder) {
    return Status::error(ErrorCode::kInvalidArgument, "{} is a file and has no list of files",
                         folder.name());
  }
  return FolderReader(window_, geometry_, folder);
}

base::Result<uint32_t> FatVolume::walk_extents(const FileInfo& file, std::span<Extent> room) {
  if (file.is_folder) {
    return Status::error(ErrorCode::kInvalidArgument, "{} is a folder, not a file", file.name());
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
                         "the file {} of {} bytes ends after {} of its {} clusters; check the card "
                         "with fsck, or copy the file again",
                         file.name(), file.size, chain.walked(), clusters);
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
        "the file {} lies in {} pieces on the card, but there is room for {} only; copy it to a "
        "freshly formatted card",
        file.name(), count, room.size());
  }
  return room.first(count);
}

base::Result<std::span<Extent>> FatVolume::extents(const FileInfo& file, base::Arena& arena) {
  TRY_ASSIGN(const uint32_t count, count_extents(file));
  TRY_ASSIGN(const std::span<Extent> room, arena.allocate<Extent>(count, "file extents"));
  return extents(file, room);
}

}  // namespace pi
