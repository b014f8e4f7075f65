#include "host-tools/card/card_image.h"

#include <algorithm>
#include <memory>

#include "base/crc32c.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/file_kind.h"
#include "libpi/fs/file_reader.h"

namespace host {

CardImage::CardImage(const std::filesystem::path& path) : path_(path) {
  refuse_other_kinds(path, {FileKind::kCard});
  device_.emplace(require_value(ImageFile::open(path.string()), path.string()));
  volume_.emplace(require_value(pi::FatVolume::mount(*device_, scratch_), path.string()));
}

std::string CardImage::context(const std::string& name) const {
  return path_.string() + ", file " + name;
}

pi::FileInfo CardImage::find(const std::string& name) {
  return require_value(volume_->find(name), context(name));
}

bool CardImage::contains(const std::string& name) {
  const auto file = volume_->find(name);
  if (!file.ok() && file.status().code() != base::ErrorCode::kNotFound) {
    require_ok(file.status(), context(name));
  }
  return file.ok();
}

std::string CardImage::read_file(const std::string& name) {
  pi::FileReader reader = require_value(pi::FileReader::open(*volume_, find(name)), context(name));
  std::string content(reader.size(), '\0');
  require_ok(reader.read(0, std::as_writable_bytes(std::span(content))), context(name));
  return content;
}

std::vector<pi::Extent> CardImage::extents(const std::string& name) {
  const pi::FileInfo file = find(name);
  std::vector<pi::Extent> room(require_value(volume_->count_extents(file), context(name)));
  require_ok(volume_->extents(file, room).status(), context(name));
  return room;
}

uint32_t CardImage::checksum(const std::string& name) {
  pi::FileReader reader = require_value(pi::FileReader::open(*volume_, find(name)), context(name));
  std::vector<std::byte> buffer(1 << 20);
  uint32_t crc = 0;
  for (uint64_t at = 0; at < reader.size(); at += buffer.size()) {
    const auto part =
        std::span(buffer).first(std::min<uint64_t>(buffer.size(), reader.size() - at));
    require_ok(reader.read(at, part), context(name));
    crc = base::crc32c(part, crc);
  }
  return crc;
}

}  // namespace host
