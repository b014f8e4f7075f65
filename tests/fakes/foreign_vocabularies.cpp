#include "tests/fakes/foreign_vocabularies.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "host-tools/support/failure.h"
#include "tests/fakes/checkpoint_bytes.h"
#include "tests/fakes/gguf_bytes.h"

namespace fakes {
namespace {

using llama::TokenType;

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes += static_cast<char>((value & 127) | 128);
  return bytes + static_cast<char>(value);
}

std::string message(uint64_t number, std::string_view bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

}  // namespace

host::VocabularySource make_vocabulary(uint32_t size) {
  const std::string file = make_tokenizer_bin(size);
  return host::require_value(
      host::read_llama2c_tokenizer(std::as_bytes(std::span(file.data(), file.size())), size),
      "a made tokenizer");
}

std::vector<std::string> sentencepiece_texts(const host::VocabularySource& vocabulary) {
  std::vector<std::string> texts;
  for (const auto& token : vocabulary.tokens) {
    std::string& out = texts.emplace_back();
    if (token.type == TokenType::kByte) {
      char piece[8];
      std::snprintf(piece, sizeof piece, "<0x%02X>", static_cast<unsigned char>(token.bytes[0]));
      out = piece;
      continue;
    }
    for (const char c : token.bytes) out += c == ' ' ? "\xe2\x96\x81" : std::string(1, c);
  }
  return texts;
}

std::string make_sentencepiece_model(const host::VocabularySource& vocabulary) {
  const auto texts = sentencepiece_texts(vocabulary);
  std::string file;
  for (size_t id = 0; id < texts.size(); ++id) {
    const auto& token = vocabulary.tokens[id];
    file += message(1, message(1, texts[id]) + varint(2 << 3 | 5) +
                           le32(std::bit_cast<uint32_t>(token.score)) + varint(3 << 3) +
                           varint(static_cast<uint64_t>(token.type)));
  }
  file += message(2, varint(3 << 3) + varint(2) + varint(40 << 3) + varint(0) + varint(41 << 3) +
                         varint(1) + varint(42 << 3) + varint(2));
  return file +
         message(3, message(1, "identity") + varint(3 << 3) +
                        varint(vocabulary.space_before_text ? 1 : 0) + varint(4 << 3) + varint(0));
}

std::string make_tokenizer_json(const host::VocabularySource& vocabulary) {
  const auto texts = sentencepiece_texts(vocabulary);
  nlohmann::json vocab = nlohmann::json::object();
  nlohmann::json added = nlohmann::json::array();
  for (size_t id = 0; id < texts.size(); ++id) {
    vocab[texts[id]] = id;
    const TokenType type = vocabulary.tokens[id].type;
    if (type == TokenType::kControl || type == TokenType::kUnknown) {
      added.push_back({{"id", id}, {"content", texts[id]}, {"special", true}});
    }
  }
  std::vector<size_t> best(texts.size());
  for (size_t id = 0; id < best.size(); ++id) best[id] = id;
  std::ranges::stable_sort(best, [&](size_t a, size_t b) {
    return vocabulary.tokens[a].score > vocabulary.tokens[b].score;
  });
  nlohmann::json merges = nlohmann::json::array();
  for (const size_t id : best) {
    if (vocabulary.tokens[id].type != TokenType::kNormal) continue;
    const std::string& piece = texts[id];
    for (size_t cut = 1; cut < piece.size(); ++cut) {
      const std::string left = piece.substr(0, cut);
      const std::string right = piece.substr(cut);
      if (vocab.contains(left) && vocab.contains(right)) merges.push_back(left + " " + right);
    }
  }
  const nlohmann::json file = {
      {"version", "1.0"},
      {"added_tokens", added},
      {"normalizer",
       {{"type", "Sequence"},
        {"normalizers", nlohmann::json::array({{{"type", "Prepend"}, {"prepend", "\xe2\x96\x81"}},
                                               {{"type", "Replace"},
                                                {"pattern", {{"String", " "}}},
                                                {"content", "\xe2\x96\x81"}}})}}},
      {"post_processor",
       {{"type", "TemplateProcessing"},
        {"single", nlohmann::json::array(
                       {{{"SpecialToken", {{"id", "<s>"}}}}, {{"Sequence", {{"id", "A"}}}}})}}},
      {"pre_tokenizer", nullptr},
      {"model",
       {{"type", "BPE"},
        {"unk_token", "<unk>"},
        {"byte_fallback", true},
        {"vocab", vocab},
        {"merges", merges}}}};
  return file.dump();
}

}  // namespace fakes
