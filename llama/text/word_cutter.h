// The words of a text: no token crosses their borders. The rules of byte-level BPE are regular
// expressions in the tokenizers of GPT-2, Llama 3, SmolLM and Qwen2; docs/format.md ("Tokenizer
// segment") has them.
#pragma once

#include <cstddef>
#include <string_view>

#include "llama/text/vocabulary.h"

namespace llama {

// How many bytes the first word of `text` takes: 1 or more, unless `text` is empty. Takes any
// bytes; one that is part of no character is a symbol. The text before has no influence: cutting
// word after word gives what the expression finds in the whole. Time goes with the word's length
// and that of the white space after it. `rules` are not kNone (CHECKed).
size_t first_word_bytes(WordRules rules, std::string_view text);

}  // namespace llama
