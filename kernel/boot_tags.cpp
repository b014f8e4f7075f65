#include "kernel/boot_tags.h"

namespace kernel {
namespace {

constexpr uint32_t kNone = 0x00000000;
constexpr uint32_t kCore = 0x54410001;
constexpr uint32_t kMemory = 0x54410002;
constexpr uint32_t kInitrd2 = 0x54420005;
constexpr uint32_t kCommandLine = 0x54410009;

// A tag is {size in words, of all of it; id; payload}.
constexpr size_t kHeaderWords = 2;

std::string_view text_of(std::span<const uint32_t> payload) {
  const auto* text = reinterpret_cast<const char*>(payload.data());
  const std::string_view all(text, payload.size_bytes());
  return all.substr(0, all.find('\0'));
}

}  // namespace

BootTags read_boot_tags(std::span<const uint32_t> words) {
  BootTags tags;
  if (words.size() < kHeaderWords || words[1] != kCore) return tags;
  while (words.size() >= kHeaderWords) {
    const uint32_t size = words[0];
    const uint32_t id = words[1];
    if (id == kNone || size < kHeaderWords || size > words.size()) break;
    const std::span<const uint32_t> payload = words.subspan(kHeaderWords, size - kHeaderWords);
    if (id == kCommandLine) {
      tags.command_line = text_of(payload);
    } else if (id == kInitrd2 && payload.size() >= 2 && payload[1] != 0) {
      tags.ram_disk = RamDiskRange{payload[0], payload[1]};
    } else if (id == kMemory && payload.size() >= 2 && !tags.memory_bytes) {
      tags.memory_bytes = payload[0];
    }
    words = words.subspan(size);
  }
  return tags;
}

}  // namespace kernel
