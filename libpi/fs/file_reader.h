// Bytes of a file at any place and of any length: for settings and the like. Large files are
// streamed by their extents instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/status.h"
#include "libpi/fs/fat_volume.h"

namespace pi {

class FileReader {
 public:
  // Walks the file's chain once; errors as FatVolume::extents(). The volume stays where it is while
  // the reader lives; other reads of it may come in between.
  static base::Result<FileReader> open(FatVolume& volume, const FileInfo& file);

  uint32_t size() const { return size_; }

  // Fills `target`, of any alignment, with the file's bytes that begin at `offset`. kOutOfRange
  // unless all of it lies within the file; otherwise what the chain or the device says, and then
  // the target's content is undefined.
  base::Status read(uint64_t offset, std::span<std::byte> target);

 private:
  FileReader(FatVolume& volume, const FileInfo& file);
  ClusterChain new_chain() const;
  base::Status seek(uint32_t cluster_index);

  FatVolume* volume_;
  uint32_t size_;
  uint32_t first_cluster_;
  ClusterChain chain_;
  ClusterRun run_{};  // the last one of chain_; empty before the first
};

}  // namespace pi
