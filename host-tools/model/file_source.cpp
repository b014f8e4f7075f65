#include "host-tools/model/file_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "host-tools/model/model_files.h"

namespace host {

FileSource::FileSource(const std::filesystem::path& path) {
  const ModelFiles files = find_model_files(path);
  parts_ = files.parts;
  size_ = parts_.count > 1 ? parts_.model_bytes : std::filesystem::file_size(path);
  for (const auto& part : files.paths) files_.push_back(open_to_read(part));
}

FileSource::Place FileSource::place_of(uint64_t offset) const {
  if (parts_.count == 1) return {files_.front().get(), offset, size_ - offset};
  const auto part = static_cast<uint32_t>(offset / parts_.part_bytes + 1);
  const uint64_t within = offset - parts_.first_byte(part);
  const uint64_t header = part == 1 ? 0 : llama::ModelParts::kHeaderBytes;
  return {files_[part - 1].get(), header + within, parts_.bytes_of(part) - within};
}

base::Status FileSource::do_start_read(uint64_t offset, std::span<std::byte> target) {
  offset_ = offset;
  target_ = target;
  return base::ok_status();
}

base::Status FileSource::do_finish_read() {
  while (!target_.empty()) {
    const Place place = place_of(offset_);
    const ssize_t got =
        ::pread(place.file, target_.data(),
                static_cast<size_t>(std::min<uint64_t>(place.bytes, target_.size())),
                static_cast<off_t>(place.offset));
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
