#include "host-tools/model/mapped_file.h"

#include <sys/mman.h>

#include <utility>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file = open_to_read(path);
  size_ = static_cast<size_t>(std::filesystem::file_size(path));
  if (size_ == 0) fail("{}: is empty", path.string());
  void* const pages = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (pages == MAP_FAILED) fail("{}: can't be read: {}", path.string(), system_error());
  data_ = static_cast<std::byte*>(pages);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

void MappedFile::forget() const { ::madvise(data_, size_, MADV_DONTNEED); }

}  // namespace host
