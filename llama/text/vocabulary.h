// The tokens of a model: what bytes each stands for, how well it merges, and which token a text is.
// A view on the tokenizer segment of a model file; docs/format.md ("Tokenizer segment") has every
// byte of it. Nothing is copied or set up: the converter has sorted what is searched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"

namespace llama {

// What a token is, numbered as in SentencePiece's model files and in GGUF.
enum class TokenType : uint8_t {
  kNormal = 1,       // a piece of text
  kUnknown = 2,      // stands for what no other token can
  kControl = 3,      // begin or end of a text; never made from text, and shows as none
  kUserDefined = 4,  // added to a model later; not made from text here
  kUnused = 5,       // a place in the model without a meaning
  kByte = 6,         // one byte, for characters that have no piece
};

// How a text becomes tokens.
enum class TokenizerKind : uint16_t {
  kSentencePiece = 1,  // best pair first, by score (Llama 1 and 2, llama2.c, TinyLlama)
  kByteLevel = 2,      // within words, pair of lowest rank first, over bytes (Llama 3, SmolLM2)
};

// How a text is cut into words first (llama/text/word_cutter.h).
enum class WordRules : uint16_t { kNone = 0, kGpt2 = 1, kLlama3 = 2, kSmolLm = 3 };

// Two tokens that become one.
struct Merge {
  int32_t left = -1;
  int32_t right = -1;
  int32_t result = -1;
  uint32_t rank = 0;  // the lowest goes first
};

// Tables that a segment may have after those of its header, by number.
enum class VocabularyTable : uint16_t {
  kEndTokens = 1,    // i32: tokens besides EOS that end a text
  kAddedTokens = 2,  // {u32 id, u32 AddedTokenFlag}: added tokens that texts are not simply cut at
};

// The numbers of docs/format.md.
enum AddedTokenFlag : uint32_t {
  kAddedSpecial = 1,
  kAddedStripsLeft = 2,
  kAddedStripsRight = 4,
  kAddedSingleWord = 8,
  kAddedNormalized = 16,
};

// The segment's header and the tables after it, in file order. Everything is little-endian.
struct VocabularyHeader {
  static constexpr uint32_t kMagic = 0x4b4f5442;  // "BTOK" in file order
  static constexpr uint16_t kVersion = 1;
  static constexpr uint32_t kBytes = 64;
  static constexpr uint32_t kFlagSpaceBeforeText = 1;
  static constexpr uint32_t kFlagWholeWordsFirst = 2;
  static constexpr uint32_t kFlagNoBosBeforeText = 4;
  static constexpr uint32_t kMaxTokens = 1u << 20;
  static constexpr uint32_t kMaxPieceBytes = 1u << 26;  // of all pieces together
  static constexpr uint32_t kMaxMerges = 1u << 22;
  static constexpr uint32_t kMergeBytes = 16;
  // Of an entry in the list of further tables: kind, flags, place, bytes.
  static constexpr uint32_t kTableEntryBytes = 16;
  static constexpr uint32_t kMaxTables = 256;
  static constexpr uint32_t kTableMustBeKnown = 1;

  TokenizerKind kind = TokenizerKind::kSentencePiece;
  uint32_t flags = 0;
  uint32_t token_count = 0;
  uint32_t lookup_count = 0;  // how many tokens can be made from text
  uint32_t piece_bytes = 0;   // of all pieces together
  int32_t bos = -1;           // begin of text; -1 where there is none
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

class Vocabulary {
 public:
  // `segment` outlives the vocabulary; bytes after the tables (padding) are ignored. Everything in
  // it is checked here, once, so that no later call can leave it. kCorrupt: it is damaged, and the
  // message says where. kUnsupported: a kind, version, flag or table that this program does not
  // know and must.
  static base::Result<Vocabulary> open(std::span<const std::byte> segment);

  TokenizerKind kind() const { return header_.kind; }
  uint32_t size() const { return header_.token_count; }
  // Ids of the tokens with a special meaning; -1 where the model has none.
  int32_t bos() const { return header_.bos; }
  int32_t eos() const { return header_.eos; }
  // Whether a text ends with the token: EOS, or another of the model's end tokens.
  bool is_end(int32_t token) const;
  // Those besides EOS: `place` is 0 to more_ends() - 1 (CHECKed).
  uint32_t more_ends() const { return static_cast<uint32_t>(ends_.size() / sizeof(int32_t)); }
  int32_t more_end(uint32_t place) const;
  int32_t unknown() const { return header_.unknown; }
  // Whether a space is put before each text, so that its first word is as one in a sentence.
  bool has_space_before_text() const {
    return (header_.flags & VocabularyHeader::kFlagSpaceBeforeText) != 0;
  }
  // Whether the model has learned texts that begin with BOS.
  bool has_bos_before_text() const {
    return bos() >= 0 && (header_.flags & VocabularyHeader::kFlagNoBosBeforeText) == 0;
  }

  // Of kByteLevel. Whether a word that is a piece becomes that token, however it would merge.
  bool has_whole_words_first() const {
    return (header_.flags & VocabularyHeader::kFlagWholeWordsFirst) != 0;
  }
  WordRules word_rules() const { return header_.word_rules; }
  uint32_t merge_count() const { return header_.merge_count; }
  // `place` is 0 to merge_count() - 1 (CHECKed).
  Merge merge(int32_t place) const;
  // The place of the merge of these two tokens, or -1. About log2(merge_count()) comparisons.
  int32_t find_merge(int32_t left, int32_t right) const;

  // Of each function below, `token` is 0 to size() - 1 (CHECKed).
  TokenType type(int32_t token) const;
  float score(int32_t token) const;  // of kSentencePiece (CHECKed)
  // The bytes that the token stands for, exactly: a space is a space, a byte token is its byte. The
  // unknown token and control tokens have their name, such as "<s>".
  std::string_view piece(int32_t token) const;

  // The token for one byte; unknown() if there is none, which kByteLevel may be without: -1 then.
  int32_t byte_token(uint8_t byte) const;

  // The normal token whose piece is exactly `text`, or -1. About log2(size()) comparisons.
  int32_t find(std::string_view text) const;
  // The token with a meaning of its own (control, or added by a user) that has this name, such as
  // "<|eot_id|>"; or -1. Looks at every token.
  int32_t find_special(std::string_view name) const;

 private:
  Vocabulary(std::span<const std::byte> segment, const VocabularyHeader& header)
      : segment_(segment), header_(header) {}

  base::Status check_pieces() const;
  base::Status check_byte_tokens() const;
  base::Status check_lookup() const;
  base::Status check_merges() const;
  base::Status take_tables();
  base::Status take_table(VocabularyTable kind, std::span<const std::byte> table);
  uint32_t offset(uint32_t token) const;
  uint32_t lookup(uint32_t place) const;

  std::span<const std::byte> segment_;
  VocabularyHeader header_;
  std::span<const std::byte> ends_;   // of kEndTokens
  std::span<const std::byte> added_;  // of kAddedTokens
};

}  // namespace llama
