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

// A token that is found in texts as a whole, and how (llama::FoundTokenFlag).
struct FoundToken {
  int32_t id = -1;
  uint32_t flags = 0;
  std::string text = {};  // as it is looked for; of kFoundNormalized, before it is normalized
};

// A step of the normalizer, with its bytes as docs/format.md has them.
struct NormalizerPart {
  llama::NormalizerStep step = llama::NormalizerStep::kReplace;
  std::string content = {};
};

// All of what a segment holds.
struct VocabularySource {
  llama::TokenizerKind kind = llama::TokenizerKind::kSentencePiece;
  std::vector<TokenEntry> tokens = {};  // by id
  int32_t bos = -1;
  int32_t eos = -1;
  int32_t unknown = -1;
  bool bos_before_text = true;
  std::vector<int32_t> more_ends = {};  // tokens besides EOS that end a text
  // Control tokens need not be there: they are found by their names, as special ones.
  std::vector<FoundToken> found = {};
  std::vector<NormalizerPart> normalizer = {};
  llama::WordRules word_rules = llama::WordRules::kNone;
  std::vector<llama::Merge> merges = {};  // in any order; of equal pairs the first counts

  // Of kSentencePiece only, as scores are; each as in llama::Vocabulary. If there are merges, they
  // count, not scores.
  bool space_before_text = true;
  bool space_at_beginning_only = false;
  bool space_unless_there = false;
  bool space_by_normalizer = false;
  bool one_unknown_for_many = false;

  // Of kByteLevel only: as llama::Vocabulary::has_whole_words_first().
  bool whole_words_first = false;

  // What a user should know of how the vocabulary was read, as sentences.
  std::vector<std::string> notes = {};
};

// Adds a token that ends a text, if there is one of this id (-1: none) and it isn't known as such.
void add_end(VocabularySource& source, int32_t id);

// Whether llama.cpp knows a token of this name as one that ends a text or an answer; or as one of
// those, or of those around a gap to fill. It takes these as control tokens, whatever is said of
// them, and so do we: what a user types is none of them.
bool is_end_name(std::string_view text);
bool is_control_name(std::string_view text);

// Writes the notes to standard error.
void show_notes(const VocabularySource& source);

// Notes that the model's own tokenizer ends texts with EOS: prompts get none, since the model
// continues them.
void note_eos(VocabularySource& source);

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
