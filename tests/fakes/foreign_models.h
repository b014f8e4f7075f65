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
#include "host-tools/model/weight_reader.h"
#include "host-tools/tokenizer_builder.h"

namespace fakes {

// A GGUF file, value by value and tensor by tensor. Nothing is checked.
class GgufBytes {
 public:
  explicit GgufBytes(uint32_t version = 3) : version_(version) {}

  void value(std::string_view key, std::string_view text);
  void value(std::string_view key, const char* text) { value(key, std::string_view(text)); }
  void value(std::string_view key, uint32_t number);
  void value(std::string_view key, float number);
  void value(std::string_view key, bool flag);
  void value(std::string_view key, const std::vector<std::string>& texts);
  void value(std::string_view key, const std::vector<float>& numbers);
  void value(std::string_view key, const std::vector<int32_t>& numbers);
  // A value with its type and bytes as given.
  void raw_value(std::string_view key, uint32_t type, std::string_view bytes);
  // `shape` has the columns first, as in the file.
  void tensor(std::string_view name, const std::vector<uint64_t>& shape, uint32_t type,
              std::string_view data);
  // As tensor(), somewhere.
  void tensor_at(std::string_view name, const std::vector<uint64_t>& shape, uint32_t type,
                 uint64_t offset);

  std::string bytes() const;

 private:
  void key(std::string_view key, uint32_t type);

  uint32_t version_;
  uint64_t values_ = 0;
  uint64_t tensors_ = 0;
  std::string value_bytes_;
  std::string table_;
  std::string data_;
};

// Little-endian, as all of these files are.
std::string le16(uint16_t value);
std::string le32(uint32_t value);
std::string le64(uint64_t value);
std::string le_floats(std::span<const float> values);
// A GGUF string: length and bytes.
std::string gguf_text(std::string_view text);

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
