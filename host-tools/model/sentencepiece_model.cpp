// tokenizer.model: a ModelProto of sentencepiece_model.proto, of which these fields matter:
//
//   1 pieces (message): 1 piece (text), 2 score (float), 3 type (enum, 1 = normal)
//   2 trainer_spec (message): 3 model_type (1 unigram, 2 BPE), 24 treat_whitespace_as_suffix,
//     40 unk_id, 41 bos_id, 42 eos_id
//   3 normalizer_spec (message): 2 precompiled_charsmap, 3 add_dummy_prefix,
//     4 remove_extra_whitespaces, 5 escape_whitespaces (bool each, by default true)
//
// A field is a key (number * 8 + wire type, as a varint) and its value.
#include <bit>

#include "host-tools/model/byte_reader.h"
#include "host-tools/model/vocabulary_reader.h"
#include "host-tools/support/failure.h"

namespace host {
namespace {

constexpr uint64_t kUnigram = 1;
constexpr uint64_t kBpe = 2;

struct Field {
  uint64_t number;
  uint64_t value = 0;                // of varints and fixed numbers
  std::span<const std::byte> bytes;  // of texts and messages
};

uint64_t read_varint(ByteReader& reader) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const uint64_t byte = reader.u8("a number");
    value |= (byte & 127) << shift;
    if (byte < 128) return value;
  }
  fail("{}: is not a SentencePiece model, or damaged: a number goes on at byte {}", reader.name(),
       reader.position());
}

Field read_field(ByteReader& reader) {
  const uint64_t key = read_varint(reader);
  Field field{.number = key >> 3, .bytes = {}};
  switch (key & 7) {
    case 0:
      field.value = read_varint(reader);
      return field;
    case 1:
      field.value = reader.u64("a number");
      return field;
    case 2:
      field.bytes = reader.take(read_varint(reader), "a field");
      return field;
    case 5:
      field.value = reader.u32("a number");
      return field;
    default:
      fail("{}: is not a SentencePiece model, or damaged: a field of wire type {} at byte {}",
           reader.name(), key & 7, reader.position());
  }
}

// Numbers of proto2 are 64 bits wide on the wire; ids below 0 mean none.
int32_t id_of(const Field& field) {
  const auto id = static_cast<int64_t>(field.value);
  return id < 0 || id > llama::VocabularyHeader::kMaxTokens ? -1 : static_cast<int32_t>(id);
}

void read_piece(std::span<const std::byte> bytes, const std::string& name,
                VocabularySource& source) {
  ByteReader reader(bytes, name);
  std::string_view piece;
  float score = 0;
  uint64_t type = 1;
  while (reader.left() > 0) {
    const Field field = read_field(reader);
    if (field.number == 1) piece = as_text(field.bytes);
    if (field.number == 2) score = std::bit_cast<float>(static_cast<uint32_t>(field.value));
    if (field.number == 3) type = field.value;
  }
  if (type < 1 || type > 6) {
    fail("{}: token {} is of the unknown type {}", name, source.tokens.size(), type);
  }
  if (static_cast<llama::TokenType>(type) == llama::TokenType::kUserDefined) {
    source.found.push_back(
        {static_cast<int32_t>(source.tokens.size()), llama::kFoundNormalized, std::string(piece)});
  }
  source.tokens.push_back(
      require_value(from_sentencepiece(piece, score, static_cast<llama::TokenType>(type)),
                    text("{}: token {}", name, source.tokens.size())));
}

void read_trainer(std::span<const std::byte> bytes, const std::string& name,
                  VocabularySource& source) {
  ByteReader reader(bytes, name);
  uint64_t model = kUnigram;
  while (reader.left() > 0) {
    const Field field = read_field(reader);
    if (field.number == 3) model = field.value;
    if (field.number == 24 && field.value != 0) {
      fail("{}: puts spaces behind words (treat_whitespace_as_suffix), which barellama doesn't do",
           name);
    }
    if (field.number == 40) source.unknown = id_of(field);
    if (field.number == 41) source.bos = id_of(field);
    if (field.number == 42) source.eos = id_of(field);
  }
  if (model != kBpe) {
    fail("{}: is a SentencePiece model of the kind {}; barellama runs BPE", name,
         model == kUnigram ? "Unigram" : "words or characters");
  }
}

struct SpaceRules {
  std::string map;
  bool removes_extra = true;
};

SpaceRules read_normalizer(std::span<const std::byte> bytes, const std::string& name,
                           VocabularySource& source) {
  ByteReader reader(bytes, name);
  SpaceRules rules;
  while (reader.left() > 0) {
    const Field field = read_field(reader);
    if (field.number == 2) rules.map = as_text(field.bytes);
    if (field.number == 3) source.space_before_text = field.value != 0;
    if (field.number == 4) rules.removes_extra = field.value != 0;
    if (field.number == 5 && field.value == 0) {
      fail("{}: keeps spaces in pieces (escape_whitespaces is false), which barellama doesn't do",
           name);
    }
  }
  return rules;
}

// The step is needed where it does more than put a space before the text.
void set_normalizer(const SpaceRules& rules, VocabularySource& source) {
  if (rules.map.empty() && !rules.removes_extra && source.found.empty()) return;
  std::string content(4, '\0');
  content[0] = rules.removes_extra ? char{llama::kRemoveExtraSpaces} : char{0};
  source.normalizer = {{llama::NormalizerStep::kSentencePiece, content + rules.map}};
  source.space_by_normalizer = true;
}

}  // namespace

VocabularySource read_sentencepiece_model(std::span<const std::byte> file,
                                          const std::string& name) {
  VocabularySource source;
  // The defaults of the proto.
  source.unknown = 0;
  source.bos = 1;
  source.eos = 2;
  ByteReader reader(file, name);
  bool has_trainer = false;
  SpaceRules rules;
  while (reader.left() > 0) {
    const Field field = read_field(reader);
    if (field.number == 1) read_piece(field.bytes, name, source);
    if (field.number == 2) {
      read_trainer(field.bytes, name, source);
      has_trainer = true;
    }
    if (field.number == 3) rules = read_normalizer(field.bytes, name, source);
  }
  if (!has_trainer) fail("{}: is not a SentencePiece model: it doesn't say which kind", name);
  set_normalizer(rules, source);
  source.one_unknown_for_many = true;
  return source;
}

}  // namespace host
