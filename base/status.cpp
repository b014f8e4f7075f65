#include "base/status.h"

namespace base {
namespace {

constexpr std::string_view kGap = "...";

// Bytes within a character of UTF-8.
bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Names come from cards and keyboards; a message must not steer the terminal that shows it.
char shown(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c; }

}  // namespace

void Status::put_name(int place, std::string_view name) {
  // An empty name is shown as what it is.
  if (name.empty()) name = "\"\"";
  size_t head = name.size();
  size_t tail = name.size();
  if (name.size() > kNameBytes) {
    // The end says most: of a path the file, of a file its kind.
    head = (kNameBytes - kGap.size()) / 2;
    tail = name.size() - (kNameBytes - kGap.size() - head);
    while (head > 0 && continues(name[head])) --head;
    while (tail < name.size() && continues(name[tail])) ++tail;
  }
  name_place_ = static_cast<uint8_t>(place);
  name_size_ = 0;
  const auto append = [&](std::string_view part) {
    for (const char c : part) name_[name_size_++] = shown(c);
  };
  append(name.substr(0, head));
  if (head < name.size()) append(kGap);
  append(name.substr(tail));
}

}  // namespace base
