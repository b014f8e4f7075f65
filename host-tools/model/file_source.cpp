#include "host-tools/model/file_source.h"

#include <unistd.h>

#include <cerrno>

namespace host {

FileSource::FileSource(const std::filesystem::path& path)
    : file_(open_to_read(path)), size_(std::filesystem::file_size(path)) {}

base::Status FileSource::do_start_read(uint64_t offset, std::span<std::byte> target) {
  offset_ = offset;
  target_ = target;
  return base::ok_status();
}

base::Status FileSource::do_finish_read() {
  while (!target_.empty()) {
    const ssize_t got =
        ::pread(file_.get(), target_.data(), target_.size(), static_cast<off_t>(offset_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return base::Status::error(base::ErrorCode::kIo, "reading failed at byte {} (error {})",
                                 offset_, static_cast<uint64_t>(errno));
    }
    if (got == 0) {
      return base::Status::error(base::ErrorCode::kOutOfRange, "the file ended at byte {}",
                                 offset_);
    }
    offset_ += static_cast<uint64_t>(got);
    target_ = target_.subspan(static_cast<size_t>(got));
  }
  return base::ok_status();
}

}  // namespace host
