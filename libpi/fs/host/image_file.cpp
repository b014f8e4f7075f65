// Offsets beyond 2 GiB on 32-bit hosts.
#define _FILE_OFFSET_BITS 64

#include "libpi/fs/host/image_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace host {

using base::ErrorCode;
using base::Status;

base::Result<ImageFile> ImageFile::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return errno == ENOENT
               ? Status::error(ErrorCode::kNotFound, "there is no image file {}", path)
               : Status::error(ErrorCode::kIo, "the image file {} cannot be opened (errno {})",
                               path, errno);
  }
  // Unlike fstat, this knows the size of a block device too.
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  if (size < 0) {
    const int error = errno;
    ::close(descriptor);
    return Status::error(ErrorCode::kIo, "the size of the image file {} is unknown (errno {})",
                         path, error);
  }
  return ImageFile(descriptor, static_cast<uint64_t>(size) / kBlockSize);
}

ImageFile::ImageFile(ImageFile&& other) noexcept
    : BlockDevice(other),
      descriptor_(std::exchange(other.descriptor_, -1)),
      block_count_(other.block_count_),
      pending_block_(other.pending_block_),
      pending_target_(other.pending_target_) {}

ImageFile::~ImageFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status ImageFile::do_start_read(uint64_t first_block, std::span<std::byte> target) {
  pending_block_ = first_block;
  pending_target_ = target;
  return base::ok_status();
}

Status ImageFile::do_finish_read() {
  auto offset = static_cast<off_t>(pending_block_ * kBlockSize);
  std::span<std::byte> target = pending_target_;
  while (!target.empty()) {
    const ssize_t got = ::pread(descriptor_, target.data(), target.size(), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return Status::error(ErrorCode::kIo, "block {} of the image file cannot be read (errno {})",
                           static_cast<uint64_t>(offset) / kBlockSize, errno);
    }
    if (got == 0) {
      return Status::error(ErrorCode::kIo, "the image file ends at block {}; was it cut just now?",
                           static_cast<uint64_t>(offset) / kBlockSize);
    }
    offset += got;
    target = target.subspan(static_cast<size_t>(got));
  }
  return base::ok_status();
}

}  // namespace host
