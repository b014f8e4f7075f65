#include "kernel/board/boot_tags.h"

#include <algorithm>
#include <cstring>

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

base::Result<std::span<const uint32_t>> write_boot_tags(const BootTags& tags,
                                                        std::span<uint32_t> words) {
  // CORE with flags, page size and root device; MEM and INITRD2; the end.
  constexpr size_t kAllButCommandLine = (kHeaderWords + 3) + 2 * (kHeaderWords + 2) + kHeaderWords;
  const size_t text_words = tags.command_line.size() / sizeof(uint32_t) + 1;  // and a zero byte
  if (words.size() < kAllButCommandLine + kHeaderWords + text_words) {
    return base::Status::error(base::ErrorCode::kOutOfRange,
                               "a command line of {} bytes is too long", tags.command_line.size());
  }
  size_t count = 0;
  const auto add = [&](uint32_t id, size_t payload_words) {
    words[count] = static_cast<uint32_t>(kHeaderWords + payload_words);
    words[count + 1] = id;
    const std::span<uint32_t> payload = words.subspan(count + kHeaderWords, payload_words);
    std::ranges::fill(payload, 0);
    count += kHeaderWords + payload_words;
    return payload;
  };
  add(kCore, 3);
  if (tags.memory_bytes) add(kMemory, 2)[0] = *tags.memory_bytes;
  if (tags.ram_disk) {
    const std::span<uint32_t> range = add(kInitrd2, 2);
    range[0] = tags.ram_disk->address;
    range[1] = tags.ram_disk->size;
  }
  if (!tags.command_line.empty()) {
    std::memcpy(add(kCommandLine, text_words).data(), tags.command_line.data(),
                tags.command_line.size());
  }
  // The size of the end is 0, unlike that of any other.
  words[count++] = 0;
  words[count++] = kNone;
  return std::span<const uint32_t>(words.first(count));
}

}  // namespace kernel
