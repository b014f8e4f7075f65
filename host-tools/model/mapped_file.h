// A file of the host as bytes in memory, read by the operating system when they are looked at.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace host {

class MappedFile {
 public:
  // Throws Failure when the file can't be read, or has no bytes.
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  // Releases the memory of what was looked at; it is read again when it is needed. Keeps a
  // pass over a file of many gigabytes small.
  void forget() const;

 private:
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace host
