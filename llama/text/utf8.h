// UTF-8 (Unicode 15, section 3.9, table 3-7), for a console that must never show part of a
// character.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace llama {

// How many bytes the first character of `text` takes: 1 to 4. 0 if `text` is empty or does not
// begin with a well-formed character.
size_t utf8_character_length(std::string_view text);

// The character of `text` that begins at `at`. A byte that begins none is one of one byte, with the
// number kNoCharacter + the byte; at the end of the text there is one of no bytes.
struct CodePoint {
  static constexpr uint32_t kNoCharacter = 0x80000000;
  uint32_t value = kNoCharacter;
  size_t bytes = 0;
};
CodePoint code_point_at(std::string_view text, size_t at);

// Writes it to `out`, at least 4 bytes, and returns how many it took: also of what
// code_point_at() has given for a byte that begins no character.
size_t store_code_point(uint32_t value, char* out);

// Where the first sequence that is not well-formed UTF-8 begins: text.size() if there is none.
// Overlong forms, surrogates, values above U+10FFFF and a sequence cut by the end are not well
// formed. NUL and all other control characters are.
size_t find_invalid_utf8(std::string_view text);

inline bool is_valid_utf8(std::string_view text) { return find_invalid_utf8(text) == text.size(); }

// Bytes in, whole characters out. A character that is cut at the end of a push() is held back until
// its rest comes. Valid UTF-8 comes out byte for byte as it went in, however it was cut. Bytes that
// belong to no character come out as U+FFFD, one for each maximal subpart (Unicode 15, section 3.9,
// "U+FFFD Substitution of Maximal Subparts"), as browsers and Python do.
class Utf8Stream {
 public:
  // U+FFFD takes three bytes.
  static constexpr std::string_view kReplacement = "\xef\xbf\xbd";

  // The most room that push() needs for `count` bytes: each byte may become a U+FFFD, and so may
  // the (up to three) bytes that were held back.
  static constexpr size_t max_output(size_t count) { return 3 * count + 3; }

  // Takes all of `bytes`, writes to `out` what is complete now and returns that part of `out`.
  // `out` holds at least max_output(bytes.size()) bytes (CHECKed) and overlaps `bytes` nowhere.
  std::string_view push(std::string_view bytes, std::span<char> out);

  // At the end of the text: U+FFFD if a character was left incomplete, nothing otherwise. `out`
  // holds at least 3 bytes (CHECKed). The stream is then as it was at first.
  std::string_view flush(std::span<char> out);

 private:
  char sequence_[4] = {};
  uint8_t held_ = 0;
};

}  // namespace llama
