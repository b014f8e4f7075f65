// The tokens of a model: the bytes that each stands for, how it merges, and which token a text is.
// A view on the tokenizer segment of a model file; docs/format.md ("Tokenizer segment") has every
// byte of it. Nothing is copied or set up: the converter has sorted what is searched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/status.h"
#include "llama/text/found_tokens.h"
#include "llama/text/normalizer.h"
#include "llama/text/vocabulary_header.h"

namespace llama {

// What a token is, numbered as in SentencePiece's model files and in GGUF.
enum class TokenType : uint8_t {
  kNormal = 1,       // a piece of text
  kUnknown = 2,      // for what no other token can say
  kControl = 3,      // beginning or end of a text; never made from text, and not shown
  kUserDefined = 4,  // added to a model; found in texts as a whole, or not at all
  kUnused = 5,       // a place in the model without a meaning
  kByte = 6,         // one byte, for characters that have no piece
};

// Two tokens that become one.
struct Merge {
  int32_t left = -1;
  int32_t right = -1;
  int32_t result = -1;
  uint32_t rank = 0;  // the lowest goes first
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
  bool has_space_before_text() const { return has(VocabularyHeader::kFlagSpaceBeforeText); }
  // Of these. Whether it is so for what begins a text only, not for what follows a token that is
  // found in the text or that a program puts there.
  bool has_space_at_beginning_only() const {
    return has(VocabularyHeader::kFlagSpaceAtBeginningOnly);
  }
  // Whether a text that begins with a space gets none.
  bool has_space_unless_there() const { return has(VocabularyHeader::kFlagSpaceUnlessThere); }
  // Whether the normalizer has put it there.
  bool has_space_by_normalizer() const { return has(VocabularyHeader::kFlagSpaceByNormalizer); }
  // Whether characters without a token that follow each other become one unknown token, not one
  // each.
  bool has_one_unknown_for_many() const { return has(VocabularyHeader::kFlagOneUnknownForMany); }
  // Whether the model has learned texts that begin with BOS.
  bool has_bos_before_text() const {
    return bos() >= 0 && !has(VocabularyHeader::kFlagNoBosBeforeText);
  }

  const FoundTokens& found() const { return found_; }
  const Normalizer& normalizer() const { return normalizer_; }

  // Of kByteLevel. Whether a word that is a piece becomes that token, however it would merge.
  bool has_whole_words_first() const { return has(VocabularyHeader::kFlagWholeWordsFirst); }
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

  // The token for one byte, or -1.
  int32_t byte_token(uint8_t byte) const;

  // The normal token whose piece is exactly `text`, or -1. About log2(size()) comparisons.
  int32_t find(std::string_view text) const;
  // The token with a meaning of its own (control, or added by a user) that has this name, such as
  // "<|eot_id|>"; or -1. Looks at every token.
  int32_t find_special(std::string_view name) const;

 private:
  Vocabulary(std::span<const std::byte> segment, const VocabularyHeader& header)
      : segment_(segment), header_(header) {}

  bool has(uint32_t flag) const { return (header_.flags & flag) != 0; }
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
  std::span<const std::byte> ends_;  // of kEndTokens
  FoundTokens found_;
  Normalizer normalizer_;
};

}  // namespace llama
