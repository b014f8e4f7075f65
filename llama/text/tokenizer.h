// Text to token ids and back, as SentencePiece's BPE does it with the models of Llama 2 and
// llama2.c (Sennrich et al. 2016; Kudo & Richardson 2018), or byte-level BPE with those of Llama 3
// and SmolLM2 (Radford et al. 2019, section 2.2). The vocabulary says which; docs/format.md has the
// steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/status.h"
#include "llama/text/vocabulary.h"

namespace llama {

enum class AddBos : uint8_t { kNo, kYes };

// What a text to encode is, apart from its bytes.
struct TextKind {
  // It follows a token that is not made of text, such as one that begins a turn: models whose
  // space stands at the beginning only get none.
  bool follows_token = false;
  Specials specials = Specials::kAsText;
};

class Tokenizer {
 public:
  static constexpr size_t kMaxTextBytes = size_t{1} << 24;

  // `segment` is the tokenizer segment of a model file and outlives the tokenizer. Errors are those
  // of Vocabulary::open().
  static base::Result<Tokenizer> open(std::span<const std::byte> segment);

  const Vocabulary& vocabulary() const { return vocabulary_; }

  // The most tokens that a text of this many bytes can become: one for each byte that it has when
  // it is normalized, one for the space before it, and BOS.
  size_t max_tokens(size_t text_bytes) const {
    return vocabulary_.normalizer().most_bytes(text_bytes) + 2;
  }

  // What encode() takes of its scratch arena: about 29 times the text, and 140 times if the
  // vocabulary has a normalizer.
  uint64_t scratch_bytes(size_t text_bytes) const;

  // Any bytes become tokens: characters without a piece, and bytes that are not UTF-8, become byte
  // tokens. To SentencePiece, U+2581 counts as a space. Tokens that were added to the vocabulary
  // are found in the text (found_tokens.h), but special ones only if `kind` says so: otherwise
  // "</s>" becomes three pieces. The empty text has no tokens but BOS. If the vocabulary has no
  // BOS, or is of a model whose texts begin without, none is put there.
  //
  // Returns the part of `out` that was filled. What was taken of `scratch` is given back.
  // kInvalidArgument: the text is longer than kMaxTextBytes. kOutOfRange: the tokens do not fit
  // into `out`; number(0) says how many there are; or the text becomes too long when it is
  // normalized. kOutOfMemory: `scratch` is too small.
  base::Result<std::span<int32_t>> encode(std::string_view text, AddBos add_bos,
                                          base::Arena& scratch, std::span<int32_t> out,
                                          TextKind kind = {}) const;

  // What comes before the first token of a text that has no BOS.
  static constexpr int32_t kBeginning = -2;

  // The bytes to show for `token` when it follows `previous` (-1: that is not known; kBeginning: it
  // is the first). Byte tokens give their byte, so that one character may come in several tokens
  // (llama/text/utf8.h joins them); control tokens give nothing. The space that encode() puts
  // before a text is dropped where it does: at the beginning, and behind tokens that it finds in
  // texts. Both ids are within the vocabulary (CHECKed). The view is into the segment.
  std::string_view decode(int32_t previous, int32_t token) const;

 private:
  explicit Tokenizer(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  Vocabulary vocabulary_;
};

}  // namespace llama
