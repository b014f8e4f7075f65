// Vocabularies in the files that people have: tokenizer.bin (llama2.c), tokenizer.model
// (SentencePiece), tokenizer.json (Hugging Face) and GGUF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "host-tools/model/gguf.h"
#include "host-tools/model/json_file.h"
#include "host-tools/model/tokenizer_builder.h"

namespace host {

// Recognises the kind by the content. `size` is the model's vocabulary where a model is known:
// files with fewer tokens are filled up with unused ones, as the tables of some models are; more
// that are not made of text are left out, with a note. Other ones are an error, as is any other
// number in a tokenizer.bin. Throws Failure with the file's name.
VocabularySource read_vocabulary(const std::filesystem::path& path, std::optional<uint32_t> size);

// The functions below take the file's content, and its name for messages. They throw Failure, also
// for tokenizers of another kind (Unigram, WordPiece), which they name.
VocabularySource read_gguf_vocabulary(const Gguf& gguf);
// A ModelProto of sentencepiece_model.proto.
VocabularySource read_sentencepiece_model(std::span<const std::byte> file, const std::string& name);
VocabularySource read_tokenizer_json(const Json& file, const std::string& name);

// Whether the file begins as a SentencePiece model does.
bool is_sentencepiece_model(std::span<const std::byte> file);

// Makes a vocabulary `size` tokens long, as read_vocabulary() does.
void fill_up(VocabularySource& source, uint32_t size, const std::string& name);

}  // namespace host
