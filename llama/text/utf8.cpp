#include "llama/text/utf8.h"

#include <algorithm>

#include "base/check.h"

namespace llama {
namespace {

constexpr uint8_t byte_at(std::string_view text, size_t index) {
  return static_cast<uint8_t>(text[index]);
}

// The length of a character with this first byte; 0 if no character begins with it.
constexpr size_t length_from_first(uint8_t first) {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;  // a continuation, or an overlong form of ASCII
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  if (first < 0xf5) return 4;
  return 0;
}

// Whether `second` may follow `first` (table 3-7): this is where overlong forms, surrogates and
// values above U+10FFFF fall out. Third and fourth bytes are plain continuations.
constexpr bool second_fits(uint8_t first, uint8_t second) {
  const uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  return low <= second && second <= high;
}

constexpr bool continues(uint8_t byte) { return (byte & 0xc0) == 0x80; }

// The longest prefix of `text` (not empty) that begins some character, at most a whole one: its
// length, and whether it is whole. Length 0: not even the first byte begins a character.
struct Prefix {
  size_t length;
  bool whole;
};

constexpr Prefix longest_prefix(std::string_view text) {
  const uint8_t first = byte_at(text, 0);
  const size_t wanted = length_from_first(first);
  if (wanted == 0) return {0, false};
  size_t length = 1;
  while (length < wanted && length < text.size()) {
    const uint8_t next = byte_at(text, length);
    if (length == 1 ? !second_fits(first, next) : !continues(next)) break;
    ++length;
  }
  return {length, length == wanted};
}

}  // namespace

size_t utf8_character_length(std::string_view text) {
  if (text.empty()) return 0;
  const Prefix prefix = longest_prefix(text);
  return prefix.whole ? prefix.length : 0;
}

CodePoint code_point_at(std::string_view text, size_t at) {
  if (at >= text.size()) return {};
  const uint8_t lead = byte_at(text, at);
  const size_t length = utf8_character_length(text.substr(at));
  if (length == 0) return {CodePoint::kNoCharacter + lead, 1};
  if (length == 1) return {lead, 1};
  // A lead byte has a bit for each byte, a 0, and then the highest bits (table 3-6).
  uint32_t value = lead & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) value = value << 6 | (byte_at(text, at + i) & 0x3fu);
  return {value, length};
}

size_t store_code_point(uint32_t value, char* out) {
  if (value < 0x80 || value >= CodePoint::kNoCharacter) {
    out[0] = static_cast<char>(value & 0xff);
    return 1;
  }
  const size_t length = value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
  for (size_t i = length; i-- > 1; value >>= 6) out[i] = static_cast<char>(0x80 | (value & 0x3f));
  out[0] = static_cast<char>((0xf00u >> length & 0xf0u) | value);
  return length;
}

size_t find_invalid_utf8(std::string_view text) {
  size_t at = 0;
  while (const size_t length = utf8_character_length(text.substr(at))) at += length;
  return at;
}

std::string_view Utf8Stream::push(std::string_view bytes, std::span<char> out) {
  CHECK(out.size() >= max_output(bytes.size()));
  size_t written = 0;
  const auto write = [&](std::string_view text) {
    std::copy(text.begin(), text.end(), out.begin() + static_cast<ptrdiff_t>(written));
    written += text.size();
  };
  for (const char byte : bytes) {
    sequence_[held_] = byte;
    Prefix prefix = longest_prefix({sequence_, static_cast<size_t>(held_) + 1});
    if (held_ > 0 && prefix.length == held_) {
      // The byte does not continue what was held: that is lost, and the byte begins a character.
      write(kReplacement);
      held_ = 0;
      sequence_[0] = byte;
      prefix = longest_prefix({sequence_, 1});
    }
    if (prefix.length == 0) {
      write(kReplacement);
      continue;
    }
    ++held_;
    if (prefix.whole) {
      write({sequence_, held_});
      held_ = 0;
    }
  }
  return {out.data(), written};
}

std::string_view Utf8Stream::flush(std::span<char> out) {
  CHECK(out.size() >= kReplacement.size());
  if (held_ == 0) return {};
  held_ = 0;
  std::copy(kReplacement.begin(), kReplacement.end(), out.begin());
  return {out.data(), kReplacement.size()};
}

}  // namespace llama
