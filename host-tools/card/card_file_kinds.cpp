#include "host-tools/card/card_file_kinds.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "host-tools/card/card_name.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {

namespace fs = std::filesystem;

namespace {

// A FAT folder entry has 32 bits for the size.
constexpr uint64_t kMaxFatFileBytes = (uint64_t{1} << 32) - 1;

std::array<char, 4> first_bytes(const fs::path& path) {
  std::array<char, 4> bytes{};
  const Descriptor file = open_to_read(path);
  const size_t count = static_cast<size_t>(std::min<uint64_t>(fs::file_size(path), bytes.size()));
  read_at(file, 0, std::as_writable_bytes(std::span(bytes)).first(count), path);
  return bytes;
}

}  // namespace

bool begins_with(const fs::path& path, const char* magic) {
  const std::array<char, 4> bytes = first_bytes(path);
  return std::memcmp(bytes.data(), magic, bytes.size()) == 0;
}

CardFile make_card_file(const std::string& name, const fs::path& source, bool is_model) {
  open_to_read(source);
  const uint64_t size = fs::file_size(source);
  if (size > kMaxFatFileBytes) {
    fail("{}: has {} bytes, but a file on a FAT card has at most {}; convert it with --part-mib",
         source.string(), size, kMaxFatFileBytes);
  }
  require_card_name(name, source);
  return {name, source, size, is_model};
}

}  // namespace host
