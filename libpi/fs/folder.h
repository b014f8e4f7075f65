// Reading a folder, entry by entry.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"
#include "libpi/fs/cluster_chain.h"
#include "libpi/fs/file_name.h"

namespace pi {

// A file or folder, as its folder entry describes it. A value: it refers to nothing.
struct FileInfo {
  std::array<char, kMaxNameBytes> name_bytes;
  uint32_t name_size = 0;
  uint32_t size = 0;           // in bytes; 0 for folders
  uint32_t first_cluster = 0;  // 0 for empty files; of the root folder, as the volume says
  bool is_folder = false;
  bool is_root = false;

  // UTF-8: the long name if there is one. Empty for the root folder.
  std::string_view name() const { return {name_bytes.data(), name_size}; }
};

// The entries of 32 bytes as they are on the card, up to the folder's end.
class FolderEntries {
 public:
  static constexpr size_t kEntrySize = 32;

  // `folder` is a folder. Window and geometry outlive this.
  FolderEntries(BlockWindow& window, const FatGeometry& geometry, const FileInfo& folder);

  // Copies the next entry; false at the end. kCorrupt when the folder has more than the 65,536
  // entries that the specification allows, and whatever the cluster chain or the device says.
  base::Result<bool> next(std::span<std::byte, kEntrySize> entry);

 private:
  BlockWindow* window_;
  const FatGeometry* geometry_;
  ClusterChain chain_;
  bool is_fixed_root_;  // FAT12 and FAT16
  uint64_t position_ = 0;
  uint64_t bytes_left_ = 0;  // of the run at position_
};

// The files and folders of a folder, in the card's order. Deleted entries, volume labels, "." and
// ".." are left out. Other reads of the volume may come between two steps.
class FolderReader {
 public:
  FolderReader(BlockWindow& window, const FatGeometry& geometry, const FileInfo& folder)
      : entries_(window, geometry, folder), has_high_cluster_(geometry.kind == FatKind::kFat32) {}

  // Fills `info` with the next one; false at the end, where `info` is not touched. Errors as
  // FolderEntries::next().
  base::Result<bool> next(FileInfo& info);

  // Whether the entry of the last next() has this name, long or short.
  bool is_called(const FileInfo& info, std::string_view name) const;

 private:
  // 12 bytes of name, each of which may become the three bytes of U+FFFD.
  static constexpr size_t kMaxShortNameBytes = 36;

  void fill(FileInfo& info, std::span<const std::byte> entry);

  FolderEntries entries_;
  bool has_high_cluster_;
  LongName long_name_;
  std::array<char, kMaxShortNameBytes> short_name_bytes_{};
  size_t short_name_size_ = 0;
};

// The attributes of an entry (the specification, DIR_Attr).
enum class EntryType : uint8_t { kEnd, kDeleted, kLongName, kLabel, kDots, kFolder, kFile };
EntryType type_of(std::span<const std::byte> entry);

}  // namespace pi
