#include "host-tools/model/vocabulary_reader.h"

#include <algorithm>

#include "host-tools/model/byte_level.h"
#include "host-tools/model/byte_reader.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {
namespace {

using llama::TokenType;

// llama2.c's tokenizer.bin ends after its last token: 4 bytes, then score, length and bytes of
// each.
uint32_t count_tokens(std::span<const std::byte> file, const std::string& name) {
  uint32_t count = 0;
  uint64_t at = 4;
  while (at + 8 <= file.size()) {
    at += 8 + uint64_t{base::load_le32(file, static_cast<size_t>(at) + 4)};
    ++count;
  }
  if (count == 0 || at != file.size()) {
    fail(
        "{}: is not a known vocabulary (tokenizer.bin, tokenizer.model, tokenizer.json, "
        "GGUF); read as a tokenizer.bin of llama2.c, its {} tokens end at byte {} of {}",
        name, count, at, file.size());
  }
  return count;
}

bool is_json(std::string_view file) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (file.starts_with(kByteOrderMark)) file.remove_prefix(kByteOrderMark.size());
  const size_t first = file.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && file[first] == '{';
}

// An id beyond the vocabulary is said, and otherwise as if it were not there.
int32_t id_of(const Gguf& gguf, std::string_view key, uint32_t otherwise,
              VocabularySource& source) {
  const size_t count = source.tokens.size();
  const uint32_t id = gguf.whole(key).value_or(otherwise);
  if (gguf.has(key) && id >= count) {
    source.notes.push_back(
        text("{}: the value {} is {}, but there are {} tokens: left out; --bos and --eos set them",
             gguf.name(), key, id, count));
  }
  return id < count ? static_cast<int32_t>(id) : -1;
}

[[noreturn]] void fail_lengths(const Gguf& gguf) {
  fail("{}: the tokenizer's lists of tokens, scores and types differ in length", gguf.name());
}

std::vector<std::string_view> read_tokens(const Gguf& gguf) {
  const auto texts = gguf.texts("tokenizer.ggml.tokens");
  if (!texts) fail("{}: the value tokenizer.ggml.tokens is missing", gguf.name());
  return *texts;
}

// One for each of `count` tokens.
std::vector<TokenType> read_types(const Gguf& gguf, size_t count) {
  const auto numbers = gguf.numbers("tokenizer.ggml.token_type");
  if (!numbers) return std::vector<TokenType>(count, TokenType::kNormal);
  if (numbers->size() != count) fail_lengths(gguf);
  std::vector<TokenType> types;
  for (const double number : *numbers) {
    if (!(number >= 0 && number <= 6)) {
      fail("{}: token {} is of the unknown type {}", gguf.name(), types.size(), number);
    }
    // 0 is "undefined", which llama.cpp takes as text.
    const int type = static_cast<int>(number);
    types.push_back(type == 0 ? TokenType::kNormal : static_cast<TokenType>(type));
  }
  return types;
}

// Which of the tokens are control tokens, and which are found in texts.
void mark_tokens(std::span<const std::string_view> texts, VocabularySource& source) {
  for (size_t id = 0; id < texts.size(); ++id) {
    TokenEntry& token = source.tokens[id];
    if (is_control_name(texts[id])) {
      token.type = TokenType::kControl;
    }
    if (token.type == TokenType::kUserDefined) {
      source.found.push_back({static_cast<int32_t>(id), 0, std::string(texts[id])});
    }
  }
}

void read_ends(const Gguf& gguf, std::span<const std::string_view> texts,
               VocabularySource& source) {
  constexpr uint32_t kAbsent = UINT32_MAX;
  for (const char* key : {"eot", "eom", "fim_pad", "fim_rep", "fim_sep"}) {
    add_end(source, id_of(gguf, text("tokenizer.ggml.{}_token_id", key), kAbsent, source));
  }
  for (size_t id = 0; id < texts.size(); ++id) {
    if (is_end_name(texts[id])) add_end(source, static_cast<int32_t>(id));
  }
  source.bos_before_text =
      gguf.flag("tokenizer.ggml.add_bos_token").value_or(source.bos_before_text);
  if (gguf.flag("tokenizer.ggml.add_eos_token").value_or(false)) note_eos(source);
}

// SentencePiece BPE.
VocabularySource read_pieces(const Gguf& gguf) {
  const auto texts = read_tokens(gguf);
  const auto types = read_types(gguf, texts.size());
  const auto scores = gguf.numbers("tokenizer.ggml.scores");
  if (scores && scores->size() != texts.size()) fail_lengths(gguf);
  VocabularySource source;
  for (size_t id = 0; id < texts.size(); ++id) {
    const float score = scores ? static_cast<float>((*scores)[id]) : 0;
    source.tokens.push_back(require_value(from_sentencepiece(texts[id], score, types[id]),
                                          text("{}: token {}", gguf.name(), id)));
  }
  // llama.cpp's own ids for this kind, where the file has none.
  source.unknown = id_of(gguf, "tokenizer.ggml.unknown_token_id", 0, source);
  source.bos = id_of(gguf, "tokenizer.ggml.bos_token_id", 1, source);
  source.eos = id_of(gguf, "tokenizer.ggml.eos_token_id", 2, source);
  source.space_before_text = gguf.flag("tokenizer.ggml.add_space_prefix").value_or(true);
  mark_tokens(texts, source);
  read_ends(gguf, texts, source);
  return source;
}

VocabularySource read_byte_level(const Gguf& gguf) {
  const std::string_view rules = gguf.text("tokenizer.ggml.pre").value_or("default");
  VocabularySource source = {.kind = llama::TokenizerKind::kByteLevel,
                             .word_rules = word_rules_of_gguf(rules),
                             .space_before_text = false};
  if (source.word_rules == llama::WordRules::kNone) {
    fail(
        "{}: cuts texts into words by the rules \"{}\" (tokenizer.ggml.pre); barellama knows "
        "\"llama-bpe\", \"smollm\", \"qwen2\" and \"gpt-2\"",
        gguf.name(), rules);
  }
  const auto texts = read_tokens(gguf);
  const auto types = read_types(gguf, texts.size());
  for (size_t id = 0; id < texts.size(); ++id) {
    source.tokens.push_back(require_value(from_byte_level(texts[id], types[id]),
                                          text("{}: token {}", gguf.name(), id)));
  }
  mark_tokens(texts, source);
  const auto merges = gguf.texts("tokenizer.ggml.merges");
  if (!merges) fail("{}: the value tokenizer.ggml.merges is missing", gguf.name());
  std::vector<MergeTexts> pairs;
  for (const std::string_view merge : *merges) {
    const auto both = split_merge(merge);
    if (!both) fail("{}: merge {} is not a pair of pieces", gguf.name(), pairs.size());
    pairs.push_back(*both);
  }
  set_merges(source, texts, pairs, gguf.name());
  // Llama 3's ways, which its files don't say.
  source.whole_words_first = source.word_rules == llama::WordRules::kLlama3;
  source.bos_before_text = source.whole_words_first;
  constexpr uint32_t kAbsent = UINT32_MAX;
  source.bos = id_of(gguf, "tokenizer.ggml.bos_token_id", kAbsent, source);
  source.eos = id_of(gguf, "tokenizer.ggml.eos_token_id", kAbsent, source);
  read_ends(gguf, texts, source);
  return source;
}

// Tokens beyond those of the model: padding and the like, which were added to a tokenizer only.
void leave_out(VocabularySource& source, uint32_t size, const std::string& name) {
  const auto is_text = [](const TokenEntry& token) {
    return token.type == TokenType::kNormal || token.type == TokenType::kByte;
  };
  const size_t count = source.tokens.size();
  if (size == 0 || std::any_of(source.tokens.begin() + size, source.tokens.end(), is_text)) {
    fail("{}: has {} tokens, but the model {}: they don't belong together", name, count, size);
  }
  std::string names;
  for (size_t id = size; id < count && id < size + 3; ++id) {
    if (source.tokens[id].bytes.empty()) continue;
    names += (names.empty() ? " (" : ", ") + source.tokens[id].bytes;
  }
  if (!names.empty()) names += ")";
  source.notes.push_back(
      text("tokens of the tokenizer that the model does not have are left out: {}{}", count - size,
           names));
  const auto is_beyond = [&](int32_t id) { return id >= static_cast<int32_t>(size); };
  std::erase_if(source.found, [&](const FoundToken& token) { return is_beyond(token.id); });
  std::erase_if(source.more_ends, is_beyond);
  for (int32_t* id : {&source.bos, &source.eos, &source.unknown}) {
    if (is_beyond(*id)) *id = -1;
  }
}

}  // namespace

VocabularySource read_gguf_vocabulary(const Gguf& gguf) {
  const auto kind = gguf.text("tokenizer.ggml.model");
  if (!kind) {
    fail("{}: has no tokenizer (tokenizer.ggml.model is missing); name one with --tokenizer",
         gguf.name());
  }
  if (*kind == "llama") return read_pieces(gguf);
  if (*kind == "gpt2") return read_byte_level(gguf);
  fail(
      "{}: has a tokenizer of the kind \"{}\"; barellama runs SentencePiece BPE (\"llama\") and "
      "byte-level BPE (\"gpt2\")",
      gguf.name(), *kind);
}

// The first field of a ModelProto is a piece, with its length; a tokenizer.bin begins with the
// length of its longest piece, whose upper bytes are 0.
bool is_sentencepiece_model(std::span<const std::byte> file) {
  return file.size() >= 2 && file[0] == std::byte{0x0a} && file[1] != std::byte{0};
}

void fill_up(VocabularySource& source, uint32_t size, const std::string& name) {
  const size_t count = source.tokens.size();
  if (count > size) leave_out(source, size, name);
  source.tokens.resize(size, {.bytes = {}, .score = 0, .type = TokenType::kUnused});
}

VocabularySource read_vocabulary(const std::filesystem::path& path, std::optional<uint32_t> size) {
  const std::string name = path.string();
  const MappedFile file(path);
  const auto bytes = file.bytes();
  VocabularySource source;
  if (Gguf::has_magic(bytes)) {
    source = read_gguf_vocabulary(Gguf(bytes, name));
  } else if (is_sentencepiece_model(bytes)) {
    source = read_sentencepiece_model(bytes, name);
  } else if (is_json(as_text(bytes))) {
    source = read_tokenizer_json(parse_json(as_text(bytes), name), name);
  } else {
    const uint32_t count = size ? *size : count_tokens(bytes, name);
    return require_value(read_llama2c_tokenizer(bytes, count), name);
  }
  if (size) fill_up(source, *size, name);
  return source;
}

}  // namespace host
