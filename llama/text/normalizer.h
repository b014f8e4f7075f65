// What is done to a text before it becomes tokens, step by step: Unicode's normal form C, lower
// case, characters that are replaced, and what a SentencePiece model does. The steps and all their
// data are in the vocabulary; docs/format.md ("Tokenizer segment") has the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/status.h"

namespace llama {

class FoundTokens;

enum class NormalizerStep : uint32_t {
  kReplace = 1,        // a text by another, from the left
  kPrepend = 2,        // a text before one that is not empty
  kStrip = 3,          // white space at the ends
  kNfc = 4,            // Unicode's normal form C
  kCharacters = 5,     // single characters by one or two others, as lower case
  kSentencePiece = 6,  // its map of characters, spaces removed, and one before the text
};

// Of kStrip.
enum StripFlag : uint32_t { kStripLeft = 1, kStripRight = 2 };
// Of kSentencePiece: spaces at the ends, and all but one between, are removed.
enum SentencePieceFlag : uint32_t { kRemoveExtraSpaces = 1 };

class Normalizer {
 public:
  // Leaves texts as they are.
  Normalizer() = default;

  // `table` outlives the normalizer. kCorrupt: lengths or order are wrong; kUnsupported: a step
  // that this program does not know.
  static base::Result<Normalizer> open(std::span<const std::byte> table);

  bool has_steps() const { return !steps_.empty(); }

  // How many bytes a text may have when it is normalized: more are refused.
  size_t most_bytes(size_t text_bytes) const {
    return has_steps() ? 3 * text_bytes + kMoreBytes : text_bytes;
  }

  struct Room {
    std::span<char> text;
    std::span<char> other;
    std::span<uint32_t> code_points;
  };
  // Room for texts of so many bytes; "tokenizer" of the arena.
  base::Result<Room> allocate(size_t text_bytes, base::Arena& arena) const;

  // The normalized text: `text` itself, or in `room`. `space_before`: SentencePiece's space is put
  // before it. `found`: its tokens are left as they are by that step. kOutOfRange: it becomes too
  // long.
  base::Result<std::string_view> normalize(std::string_view text, bool space_before,
                                           const FoundTokens& found, const Room& room) const;

 private:
  static constexpr size_t kMoreBytes = 128;

  std::span<const std::byte> steps_;
};

}  // namespace llama
