// A card image, or a card in a reader, read with the kernel's own FAT code.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libpi/fs/fat_volume.h"
#include "libpi/fs/host/image_file.h"

namespace host {

class CardImage {
 public:
  // Throws Failure when `path` can't be read or holds no FAT volume.
  explicit CardImage(const std::filesystem::path& path);
  CardImage(const CardImage&) = delete;
  CardImage& operator=(const CardImage&) = delete;

  bool contains(const std::string& name);
  // All bytes of a file; meant for small ones.
  std::string read_file(const std::string& name);
  std::vector<pi::Extent> extents(const std::string& name);
  // CRC-32C of a file's bytes.
  uint32_t checksum(const std::string& name);
  uint32_t file_size(const std::string& name) { return find(name).size; }
  pi::FatVolume& volume() { return *volume_; }
  pi::BlockDevice& device() { return *device_; }

 private:
  pi::FileInfo find(const std::string& name);
  std::string context(const std::string& name) const;

  std::filesystem::path path_;
  std::optional<ImageFile> device_;
  alignas(pi::BlockDevice::kTargetAlignment) std::array<std::byte, 65536> scratch_;
  std::optional<pi::FatVolume> volume_;
};

}  // namespace host
