#include "libpi/fs/file_reader.h"

#include <algorithm>
#include <cstring>

#include "base/align.h"

namespace pi {

using base::ErrorCode;
using base::Status;

FileReader::FileReader(FatVolume& volume, const FileInfo& file)
    : volume_(&volume), size_(file.size), first_cluster_(file.first_cluster), chain_(new_chain()) {}

base::Result<FileReader> FileReader::open(FatVolume& volume, const FileInfo& file) {
  TRY(volume.count_extents(file));
  return FileReader(volume, file);
}

ClusterChain FileReader::new_chain() const {
  const uint64_t clusters = base::divide_up<uint64_t>(size_, volume_->geometry_.cluster_bytes());
  return ClusterChain(volume_->window_, volume_->geometry_, first_cluster_,
                      static_cast<uint32_t>(clusters));
}

// Makes run_ the run that holds the file's cluster number `cluster_index`.
base::Status FileReader::seek(uint32_t cluster_index) {
  if (cluster_index < run_.index) {
    chain_ = new_chain();
    run_ = {};
  }
  while (cluster_index >= run_.index + run_.count) {
    TRY_ASSIGN(const std::optional<ClusterRun> run, chain_.next_run());
    if (!run.has_value()) {
      return Status::error(ErrorCode::kCorrupt,
                           "a file of {} bytes ended early, although it did not before; the card "
                           "returns changing data",
                           size_);
    }
    run_ = *run;
  }
  return base::ok_status();
}

base::Status FileReader::read(uint64_t offset, std::span<std::byte> target) {
  if (offset > size_ || target.size() > size_ - offset) {
    return Status::error(ErrorCode::kOutOfRange,
                         "{} bytes at {} were asked for from a file of {} bytes", target.size(),
                         offset, size_);
  }
  const FatGeometry& geometry = volume_->geometry_;
  while (!target.empty()) {
    TRY(seek(static_cast<uint32_t>(offset / geometry.cluster_bytes())));
    const uint64_t in_run = offset - uint64_t{run_.index} * geometry.cluster_bytes();
    const uint64_t run_left = uint64_t{run_.count} * geometry.cluster_bytes() - in_run;
    const size_t size = static_cast<size_t>(
        std::min({uint64_t{target.size()}, run_left, uint64_t{BlockWindow::kMaxView}}));
    const uint64_t position = geometry.block_of(run_.first) * BlockDevice::kBlockSize + in_run;
    TRY_ASSIGN(const auto bytes, volume_->window_.view(position, size));
    std::memcpy(target.data(), bytes.data(), size);
    offset += size;
    target = target.subspan(size);
  }
  return base::ok_status();
}

}  // namespace pi
