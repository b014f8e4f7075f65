// A FAT12, FAT16 or FAT32 volume, read-only: finds files by path and says where they are.
//
//   TRY_ASSIGN(pi::FatVolume card, pi::FatVolume::mount(sd_card, scratch));
//   TRY_ASSIGN(const pi::FileInfo model, card.find("models/story.blm"));
//   TRY_ASSIGN(const std::span<const pi::Extent> extents, card.extents(model, arena));
//
// Paths are UTF-8, their parts separated by '/', with or without one in front; there is no "." or
// "..". ASCII letters match in either case, and both the long and the short name of a file count.
//
// Whatever is on the card, each call ends after a bounded number of reads, all within the device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/status.h"
#include "libpi/fs/extent.h"
#include "libpi/fs/folder.h"

namespace pi {

class FatVolume {
 public:
  // The first FAT volume on `device` (partition.h). `scratch` is the volume's cache (BlockWindow:
  // aligned to a cache line, at least 8 KiB, best 32 to 64), which nothing else uses and which,
  // like `device`, outlives it. Errors as find_fat_volume(), and what the device says.
  static base::Result<FatVolume> mount(BlockDevice& device, std::span<std::byte> scratch);

  FatKind kind() const { return geometry_.kind; }
  uint64_t first_block() const { return geometry_.first_block; }
  uint32_t cluster_bytes() const { return geometry_.cluster_bytes(); }
  // Room for files and folders.
  uint64_t size_bytes() const {
    return uint64_t{geometry_.cluster_count} * geometry_.cluster_bytes();
  }

  FileInfo root() const;
  // kNotFound when there is no such file or folder; the message has the path up to the part that is
  // missing. "" and "/" are the root folder.
  base::Result<FileInfo> find(std::string_view path);
  // The reader refers to the volume, which must stay where it is. kInvalidArgument for a file.
  base::Result<FolderReader> open_folder(const FileInfo& folder);

  // The file's content as block runs, in order, as few as there can be: together
  // divide_up(size, 512) blocks. They are within the device. kCorrupt unless the cluster chain is
  // exactly as long as the file's size asks for: a chain that ends where it must cannot have run in
  // a circle. kOutOfMemory, naming the number of extents, when they do not fit into `room`.
  base::Result<std::span<Extent>> extents(const FileInfo& file, std::span<Extent> room);
  // The same with room from the arena, which is not touched unless all fit. Reads the table twice.
  base::Result<std::span<Extent>> extents(const FileInfo& file, base::Arena& arena);
  base::Result<uint32_t> count_extents(const FileInfo& file);

 private:
  friend class FileReader;

  FatVolume(const BlockWindow& window, const FatGeometry& geometry)
      : window_(window), geometry_(geometry) {}
  // The number of extents, of which the first room.size() are stored.
  base::Result<uint32_t> walk_extents(const FileInfo& file, std::span<Extent> room);
  base::Result<bool> find_in(FileInfo& found, std::string_view name);

  BlockWindow window_;
  FatGeometry geometry_;
};

}  // namespace pi
