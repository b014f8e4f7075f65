// The steps of a normalizer, each as a function from text to text. For llama/text/normalizer.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "llama/text/utf8.h"

namespace llama {

class FoundTokens;

// Text that is being made; what has no room is only counted.
class TextRoom {
 public:
  explicit TextRoom(std::span<char> room) : room_(room) {}

  void add(char byte) {
    if (size_ < room_.size()) room_[size_] = byte;
    ++size_;
  }
  void add(std::string_view text) {
    for (const char byte : text) add(byte);
  }
  void add_code_point(uint32_t value) {
    char bytes[4];
    add(std::string_view(bytes, store_code_point(value, bytes)));
  }
  void cut(size_t size) { size_ = size; }
  size_t size() const { return size_; }
  bool is_full() const { return size_ > room_.size(); }
  std::string_view text() const { return {room_.data(), size_}; }

 private:
  std::span<char> room_;
  size_t size_ = 0;
};

// Ascending rows of three u32.
class Triples {
 public:
  static constexpr size_t kRowBytes = 12;
  explicit Triples(std::span<const std::byte> rows) : rows_(rows) {}
  uint32_t count() const { return static_cast<uint32_t>(rows_.size() / kRowBytes); }
  uint32_t value(uint32_t row, uint32_t column) const;
  // The row that begins with these; count() if there is none.
  uint32_t find(uint32_t first) const;
  uint32_t find(uint32_t first, uint32_t second) const;

 private:
  std::span<const std::byte> rows_;
};

// Unicode's normal form C (Unicode 15, section 3.11; UAX #15).
class NfcData {
 public:
  // false: the lengths are wrong.
  static bool is_right(std::span<const std::byte> data);
  explicit NfcData(std::span<const std::byte> data);  // which is right

  // `room` has place for 1.5 times the bytes of the text.
  void apply(std::string_view text, std::span<uint32_t> room, TextRoom& out) const;

 private:
  static constexpr size_t kHeaderBytes = 12;
  uint32_t combining_class(uint32_t code_point) const;
  size_t decompose(uint32_t code_point, std::span<uint32_t> out) const;
  uint32_t composed(uint32_t first, uint32_t second) const;

  std::span<const std::byte> classes_;
  Triples decompositions_;
  Triples compositions_;
};

// SentencePiece's "precompiled map": a double array (Aoe 1989, as in Darts-clone) of the texts that
// are replaced, and what they are replaced by.
class PrecompiledMap {
 public:
  static bool is_right(std::span<const std::byte> data);
  explicit PrecompiledMap(std::span<const std::byte> data);

  // What is to stand for the beginning of `text`, which is not empty, and how many bytes of it
  // that is.
  struct Match {
    std::string_view by;
    size_t bytes;
  };
  Match match(std::string_view text) const;

  void apply(std::string_view text, bool removes_spaces, bool space_before,
             const FoundTokens& found, TextRoom& out) const;

 private:
  std::span<const std::byte> units_;
  std::string_view texts_;
};

void replace_text(std::string_view text, std::string_view pattern, std::string_view by,
                  TextRoom& out);
std::string_view strip_text(std::string_view text, uint32_t flags);
void map_characters(std::string_view text, const Triples& map, TextRoom& out);

}  // namespace llama
