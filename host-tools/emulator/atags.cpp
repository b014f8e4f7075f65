#include "host-tools/emulator/atags.h"

#include <array>
#include <span>

#include "base/bytes.h"
#include "host-tools/support/failure.h"

namespace host {

namespace {

constexpr uint32_t kCore = 0x54410001;
constexpr uint32_t kMemory = 0x54410002;
constexpr uint32_t kCommandLine = 0x54410009;

void append_word(std::string& bytes, uint32_t word) {
  std::array<std::byte, 4> buffer;
  base::store_le32(buffer, 0, word);
  bytes.append(reinterpret_cast<const char*>(buffer.data()), buffer.size());
}

bool needs_no_escape(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') ||
         std::string_view("-._~/:,").find(letter) != std::string_view::npos;
}

}  // namespace

std::string command_line(const Settings& settings) {
  std::string line;
  for (const auto& [key, value] : settings) {
    if (!line.empty()) line += ' ';
    line += "barellama." + key + '=';
    for (const char letter : value) {
      line += needs_no_escape(letter) ? std::string(1, letter)
                                      : text("%{:02x}", static_cast<unsigned char>(letter));
    }
  }
  return line;
}

std::string make_atags(uint32_t memory_bytes, std::string_view command_line) {
  std::string bytes;
  append_word(bytes, 5);  // size, tag, flags, page size, root device
  append_word(bytes, kCore);
  for (int i = 0; i < 3; ++i) append_word(bytes, 0);
  append_word(bytes, 4);  // size, tag, length, start
  append_word(bytes, kMemory);
  append_word(bytes, memory_bytes);
  append_word(bytes, 0);

  std::string line(command_line);
  line.append(4 - line.size() % 4, '\0');  // at least the one that ends it
  append_word(bytes, static_cast<uint32_t>(2 + line.size() / 4));
  append_word(bytes, kCommandLine);
  bytes += line;
  append_word(bytes, 0);  // the end has size 0
  append_word(bytes, 0);
  if (bytes.size() > kMaxAtagBytes) {
    fail("the settings take {} bytes, and only {} fit: shorten the prompt", bytes.size(),
         kMaxAtagBytes);
  }
  return bytes;
}

}  // namespace host
