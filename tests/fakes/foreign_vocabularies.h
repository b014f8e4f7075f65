// Vocabularies as other programs have them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host-tools/model/vocabulary_source.h"

namespace fakes {

// A SentencePiece vocabulary of `size` tokens, that of make_tokenizer_bin().
host::VocabularySource make_vocabulary(uint32_t size);
// Its tokens as SentencePiece writes them: "<0x0A>", U+2581 for spaces.
std::vector<std::string> sentencepiece_texts(const host::VocabularySource& vocabulary);
// tokenizer.model.
std::string make_sentencepiece_model(const host::VocabularySource& vocabulary);
// tokenizer.json, with the merges that Hugging Face's converter makes of a vocabulary.
std::string make_tokenizer_json(const host::VocabularySource& vocabulary);

}  // namespace fakes
