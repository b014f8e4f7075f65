// The header of the tokenizer segment of a model file, and where the tables after it are;
// docs/format.md ("Tokenizer segment") has every byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/status.h"

namespace llama {

// How a text becomes tokens.
enum class TokenizerKind : uint16_t {
  kSentencePiece = 1,  // best pair first, by score (Llama 1 and 2, llama2.c, TinyLlama)
  kByteLevel = 2,      // within words, pair of lowest rank first, over bytes (Llama 3, SmolLM2)
};

// How a text is cut into words first (llama/text/word_cutter.h).
enum class WordRules : uint16_t {
  kNone = 0,
  kGpt2 = 1,
  kLlama3 = 2,
  kSmolLm = 3,
  kQwen2 = 4,
  kSpaces = 5,  // of kSentencePiece: a word begins with each space
};

// Tables that a segment may have after those of its header, by number.
enum class VocabularyTable : uint16_t {
  kEndTokens = 1,    // i32: tokens besides EOS that end a text
  kNormalizer = 3,   // what is done to a text first (llama/text/normalizer.h)
  kFoundTokens = 5,  // tokens that are found in a text (llama/text/found_tokens.h)
};

// Within an entry of the list of further tables.
enum VocabularyTableAt : size_t {
  kTableKindAt = 0,
  kTableFlagsAt = 2,
  kTableOffsetAt = 4,
  kTableBytesAt = 8,
};

// The segment's header and the tables after it, in file order. Everything is little-endian.
struct VocabularyHeader {
  static constexpr uint32_t kMagic = 0x4b4f5442;  // "BTOK" in file order
  static constexpr uint16_t kVersion = 1;
  static constexpr uint32_t kBytes = 64;
  static constexpr uint32_t kFlagSpaceBeforeText = 1;
  static constexpr uint32_t kFlagWholeWordsFirst = 2;
  static constexpr uint32_t kFlagNoBosBeforeText = 4;
  static constexpr uint32_t kFlagSpaceAtBeginningOnly = 8;
  static constexpr uint32_t kFlagSpaceUnlessThere = 16;
  static constexpr uint32_t kFlagSpaceByNormalizer = 32;
  static constexpr uint32_t kFlagOneUnknownForMany = 64;
  static constexpr uint32_t kMaxTokens = 1u << 20;
  static constexpr uint32_t kMaxPieceBytes = 1u << 26;  // of all pieces together
  static constexpr uint32_t kMaxMerges = 1u << 22;
  static constexpr uint32_t kMergeBytes = 16;
  // Of an entry in the list of further tables (VocabularyTableAt).
  static constexpr uint32_t kTableEntryBytes = 16;
  static constexpr uint32_t kMaxTables = 256;
  static constexpr uint32_t kTableMustBeKnown = 1;

  TokenizerKind kind = TokenizerKind::kSentencePiece;
  uint32_t flags = 0;
  uint32_t token_count = 0;
  uint32_t lookup_count = 0;  // how many tokens can be made from text
  uint32_t piece_bytes = 0;   // of all pieces together
  int32_t bos = -1;           // beginning of text; -1 where there is none
  int32_t eos = -1;           // end of text
  int32_t unknown = -1;
  WordRules word_rules = WordRules::kNone;
  uint32_t merge_count = 0;
  uint32_t table_count = 0;  // further tables, which a list at tables_at() names
  uint32_t table_bytes = 0;  // of that list and its tables; 0 if there are none

  bool has_scores() const { return kind == TokenizerKind::kSentencePiece; }

  // Where each table begins in the segment.
  uint32_t byte_tokens_at() const { return kBytes; }                         // i32[256]
  uint32_t offsets_at() const { return byte_tokens_at() + 4 * 256; }         // u32[token_count + 1]
  uint32_t scores_at() const { return offsets_at() + 4 * token_count + 4; }  // f32[token_count]
  uint32_t lookup_at() const {                                               // u32[lookup_count]
    return scores_at() + (has_scores() ? 4 * token_count : 0);
  }
  uint32_t merges_at() const { return lookup_at() + 4 * lookup_count; }  // Merge[merge_count]
  uint32_t types_at() const { return merges_at() + kMergeBytes * merge_count; }  // u8[token_count]
  uint32_t pieces_at() const { return types_at() + token_count; }                // u8[piece_bytes]
  uint32_t pieces_end() const { return pieces_at() + piece_bytes; }
  uint32_t tables_at() const { return (pieces_end() + 3) / 4 * 4; }
  uint32_t end() const { return table_count == 0 ? pieces_end() : tables_at() + table_bytes; }

  // `segment` has at least kBytes bytes.
  void store(std::span<std::byte> segment) const;
  // kCorrupt, kUnsupported. What it returns is within the limits above, and fits into the segment.
  static base::Result<VocabularyHeader> load(std::span<const std::byte> segment);
};

// An id of a token, as segments hold it.
int32_t load_token(std::span<const std::byte> bytes, size_t at);

// Whether `id` is one of `count` tokens (0 to count - 1), or -1 for none.
bool is_id_or_none(int32_t id, uint32_t count);

}  // namespace llama
