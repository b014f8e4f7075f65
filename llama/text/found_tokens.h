// Tokens that are found in a text as a whole, before anything else is done to it: those that were
// added to a vocabulary ("<think>", runs of blanks), as Hugging Face's tokenizers, llama.cpp and
// SentencePiece ("user-defined symbols") find them. docs/format.md ("Tokenizer segment") has the
// bytes of the table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"

namespace llama {

// The numbers of docs/format.md.
enum FoundTokenFlag : uint32_t {
  kFoundSpecial = 1,      // of a meaning of its own: what a user types is never one
  kFoundLeftSpace = 2,    // white space before it belongs to it
  kFoundRightSpace = 4,   // white space after it belongs to it
  kFoundSingleWord = 8,   // only where no character of a word is next to it
  kFoundNormalized = 16,  // looked for in the normalized text
};

// Whether special tokens are found, too, or are text like any other.
enum class Specials : uint8_t { kAsText, kFound };

// Which of the texts is looked at.
enum class FoundIn : uint8_t { kText, kNormalizedText };

class FoundTokens {
 public:
  // There are none.
  FoundTokens() = default;

  // `table` outlives the tokens. kCorrupt: lengths, ids or order are wrong.
  static base::Result<FoundTokens> open(std::span<const std::byte> table, uint32_t token_count);

  bool is_empty() const { return table_.empty(); }

  struct Place {
    size_t begin = 0;
    size_t end = 0;      // white space that belongs to the token included
    int32_t token = -1;  // -1: there is none
  };

  // The first token in `text` from `from` on: leftmost, and of several there the longest. What is
  // before `from` is seen only as a word that a token must stand apart from.
  Place next(std::string_view text, size_t from, FoundIn where, Specials specials) const;

  // How many bytes of `text` are a token at its beginning that is not special: the longest; 0 if
  // none is.
  size_t length_at(std::string_view text, FoundIn where) const;

  // Whether the token is one that is looked for in the text as it is. Looks at all.
  bool is_in_text(int32_t token) const;

 private:
  static constexpr size_t kGroups = 4;

  struct Group {
    uint32_t first = 0;
    uint32_t end = 0;
    uint32_t first_bytes[8] = {};  // a bit for each byte that begins one

    bool may_begin_with(char byte) const {
      const auto b = static_cast<uint8_t>(byte);
      return (first_bytes[b / 32] >> (b % 32) & 1) != 0;
    }
  };

  static size_t group_of(FoundIn where, bool special) {
    return (where == FoundIn::kNormalizedText ? 1u : 0u) + (special ? 2u : 0u);
  }
  base::Status check(uint32_t token_count);
  uint32_t number(size_t entry, size_t field) const;
  std::string_view pattern(uint32_t entry) const;
  int64_t longest_at(const Group& group, std::string_view text) const;
  bool is_word(uint32_t code_point) const;
  bool touches_word(std::string_view text, size_t begin, size_t end) const;

  std::span<const std::byte> table_;
  Group groups_[kGroups];
  uint32_t entries_ = 0;
  uint32_t stretches_ = 0;  // of characters of words, and of others
  size_t patterns_at_ = 0;
};

}  // namespace llama
