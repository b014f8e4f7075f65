// A vocabulary as converters hold it, whatever file it came from; and what SentencePiece and
// llama2.c make of tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "llama/text/vocabulary.h"

namespace host {

struct TokenEntry {
  std::string bytes;  // what the token stands for, as llama::Vocabulary::piece() gives it back
  float score = 0;
  llama::TokenType type = llama::TokenType::kNormal;
};

// A token that was added to a tokenizer, and how a text is cut at it (llama::AddedTokenFlag).
struct AddedToken {
  int32_t id = -1;
  uint32_t flags = 0;
};

// All of what a segment holds.
struct VocabularySource {
  llama::TokenizerKind kind = llama::TokenizerKind::kSentencePiece;
  std::vector<TokenEntry> tokens = {};  // by id
  int32_t bos = -1;
  int32_t eos = -1;
  int32_t unknown = -1;
  std::vector<int32_t> more_ends = {};  // tokens besides EOS that end a text
  std::vector<AddedToken> added = {};   // tokens that were added, with what is said of them
  bool space_before_text = true;        // of kSentencePiece only, as scores are

  // Of kByteLevel only.
  llama::WordRules word_rules = llama::WordRules::kNone;
  bool whole_words_first = false;  // as llama::Vocabulary::has_whole_words_first()
  bool bos_before_text = true;
  std::vector<llama::Merge> merges = {};  // in any order; of equal pairs the first counts
};

// A token as SentencePiece's model files and GGUF write it: U+2581 for a space, "<0x0A>" for a byte
// token. kCorrupt if a byte token has another form, or another one is not UTF-8; the message has no
// id, the caller knows it.
base::Result<TokenEntry> from_sentencepiece(std::string_view text, float score,
                                            llama::TokenType type);

// Reads a tokenizer.bin of llama2.c (its tokenizer.py writes them): the longest piece's length,
// then score, length and bytes of each token. The file does not hold its number of tokens, which is
// the model's `vocabulary_size`; more tokens than that in the file are an error too. Ids 0, 1 and 2
// are the unknown token, BOS and EOS.
//
// kCorrupt: the file ends early, goes on, or holds what no such file does.
// kInvalidArgument: `vocabulary_size` is impossible.
base::Result<VocabularySource> read_llama2c_tokenizer(std::span<const std::byte> file,
                                                      uint32_t vocabulary_size);

}  // namespace host
