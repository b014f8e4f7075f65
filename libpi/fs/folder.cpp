#include "libpi/fs/folder.h"

#include <algorithm>

#include "base/bytes.h"

namespace pi {
namespace {

constexpr uint32_t kMaxFolderBytes = 65536 * FolderEntries::kEntrySize;

uint32_t most_clusters(const FatGeometry& geometry) {
  return std::max<uint32_t>(1, kMaxFolderBytes / geometry.cluster_bytes());
}

}  // namespace

EntryType type_of(std::span<const std::byte> entry) {
  constexpr uint32_t kLabel = 0x08;
  constexpr uint32_t kFolder = 0x10;
  constexpr uint32_t kLongNameMask = 0x3f;
  constexpr uint32_t kLongName = 0x0f;
  const auto first = std::to_integer<uint32_t>(entry[0]);
  const auto attributes = std::to_integer<uint32_t>(entry[11]);
  if (first == 0) return EntryType::kEnd;
  if (first == 0xe5) return EntryType::kDeleted;
  if ((attributes & kLongNameMask) == kLongName) return EntryType::kLongName;
  if ((attributes & kLabel) != 0) return EntryType::kLabel;
  // No other short name may begin with a dot.
  if (first == '.') return EntryType::kDots;
  return (attributes & kFolder) != 0 ? EntryType::kFolder : EntryType::kFile;
}

FolderEntries::FolderEntries(BlockWindow& window, const FatGeometry& geometry,
                             const FileInfo& folder)
    : window_(&window),
      geometry_(&geometry),
      chain_(window, geometry, folder.first_cluster, most_clusters(geometry)),
      is_fixed_root_(folder.is_root && geometry.kind != FatKind::kFat32) {
  if (is_fixed_root_) {
    position_ = geometry.root_block * BlockDevice::kBlockSize;
    bytes_left_ = uint64_t{geometry.root_entries} * kEntrySize;
  }
}

base::Result<bool> FolderEntries::next(std::span<std::byte, kEntrySize> entry) {
  if (bytes_left_ == 0) {
    if (is_fixed_root_) return false;
    TRY_ASSIGN(const std::optional<ClusterRun> run, chain_.next_run());
    if (!run.has_value()) return false;
    position_ = geometry_->block_of(run->first) * BlockDevice::kBlockSize;
    bytes_left_ = uint64_t{run->count} * geometry_->cluster_bytes();
  }
  TRY_ASSIGN(const auto bytes, window_->view(position_, kEntrySize));
  std::ranges::copy(bytes, entry.begin());
  // Stays at the end mark, so that next() after the end ends again.
  if (type_of(entry) == EntryType::kEnd) return false;
  position_ += kEntrySize;
  bytes_left_ -= kEntrySize;
  return true;
}

base::Result<bool> FolderReader::next(FileInfo& info) {
  long_name_.clear();
  for (;;) {
    std::array<std::byte, FolderEntries::kEntrySize> entry;
    TRY_ASSIGN(const bool is_there, entries_.next(entry));
    if (!is_there) return false;
    const EntryType type = type_of(entry);
    if (type == EntryType::kLongName) {
      long_name_.add(entry);
      continue;
    }
    if (type == EntryType::kFile || type == EntryType::kFolder) {
      fill(info, entry);
      return true;
    }
    long_name_.clear();
  }
}

void FolderReader::fill(FileInfo& info, std::span<const std::byte> entry) {
  base::TextBuffer short_name(short_name_bytes_);
  print_short_name(short_name, entry);
  short_name_size_ = short_name.view().size();

  base::TextBuffer name(info.name_bytes);
  if (long_name_.belongs_to(entry)) {
    long_name_.print(name);
  } else {
    name.write(short_name.view());
  }
  info.name_size = static_cast<uint32_t>(name.view().size());
  info.is_folder = type_of(entry) == EntryType::kFolder;
  info.is_root = false;
  info.size = info.is_folder ? 0 : base::load_le32(entry, 28);
  // FAT12 and FAT16 have other matters in the high half.
  const uint32_t high = has_high_cluster_ ? base::load_le16(entry, 20) : 0;
  info.first_cluster = high << 16 | base::load_le16(entry, 26);
}

bool FolderReader::is_called(const FileInfo& info, std::string_view name) const {
  return is_same_name(info.name(), name) ||
         is_same_name({short_name_bytes_.data(), short_name_size_}, name);
}

}  // namespace pi
