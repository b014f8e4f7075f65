#include "host-tools/console/keys.h"

#include <algorithm>

namespace host {

namespace {

size_t character_bytes(char first) {
  const auto lead = static_cast<unsigned char>(first);
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
}

// Of the key that `bytes` begin with; more than there are while part of it is missing.
size_t key_bytes(std::string_view bytes) {
  if (bytes[0] != kEscapeKey) return character_bytes(bytes[0]);
  if (bytes.size() < 2) return 2;
  // Esc pressed twice, or Ctrl-C after it: keys of their own.
  if (static_cast<unsigned char>(bytes[1]) < 0x20) return 1;
  if (bytes[1] == 'O') return 3;
  if (bytes[1] != '[') return 1 + character_bytes(bytes[1]);
  const auto final = std::find_if(bytes.begin() + 2, bytes.end(), [](char c) { return c >= '@'; });
  return static_cast<size_t>(final - bytes.begin()) + 1;
}

}  // namespace

std::optional<std::string> Keys::next(bool is_quiet) {
  if (bytes_.empty()) return std::nullopt;
  size_t size = key_bytes(bytes_);
  if (size > bytes_.size()) {
    if (!is_quiet) return std::nullopt;
    size = bytes_[0] == kEscapeKey ? 1 : bytes_.size();
  }
  std::string key = bytes_.substr(0, size);
  bytes_.erase(0, size);
  return key;
}

}  // namespace host
