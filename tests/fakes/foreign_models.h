// Models as other programs have them, made from any WeightReader (such as RandomWeights): GGUF
// files and Hugging Face folders. And files that no program writes, for the readers to refuse.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host-tools/model/gguf.h"
#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/model/weight_reader.h"
#include "tests/fakes/gguf_bytes.h"

namespace fakes {

// `values` in blocks of the type: F32, F16, BF16, Q8_0 or Q4_0.
std::string stored(host::StoredType type, std::span<const float> values);

// A SentencePiece vocabulary of `size` tokens, that of make_tokenizer_bin().
host::VocabularySource make_vocabulary(uint32_t size);
// Its tokens as SentencePiece writes them: "<0x0A>", U+2581 for spaces.
std::vector<std::string> sentencepiece_texts(const host::VocabularySource& vocabulary);
// tokenizer.model.
std::string make_sentencepiece_model(const host::VocabularySource& vocabulary);
// tokenizer.json, with the merges that Hugging Face's converter makes of a vocabulary.
std::string make_tokenizer_json(const host::VocabularySource& vocabulary);

// Matrices in `type`, vectors in F32; Llama 3's RoPE scaling as the tensor of divisors that
// llama.cpp's converter writes.
GgufBytes make_gguf(host::WeightReader& weights, host::StoredType type);
// The same in a file, of any size: written tensor by tensor.
void write_gguf(host::WeightReader& weights, host::StoredType type,
                const std::filesystem::path& path);
// The same in parts: NAME-00001-of-0000N.gguf in `folder`. Returns the first part's path.
std::filesystem::path write_gguf_parts(host::WeightReader& weights, host::StoredType type,
                                       const std::filesystem::path& folder, uint32_t parts);
// config.json, tokenizer.model, and the weights in one file or in shards with their index.
void write_hugging_face(host::WeightReader& weights, host::StoredType type,
                        const std::filesystem::path& folder, uint32_t shards = 1);
// A safetensors file of a JSON header and data.
std::string safetensors_bytes(std::string_view header, std::string_view data);

}  // namespace fakes
