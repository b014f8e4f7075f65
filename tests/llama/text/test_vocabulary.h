// A vocabulary small enough to see through, for tests of what makes tokens.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "host-tools/model/tokenizer_builder.h"

namespace llama {

// <unk>, <s>, </s>, the 256 byte tokens that begin with id 3, and `pieces` that begin with id 259.
inline host::VocabularySource make_vocabulary(
    std::initializer_list<std::pair<const char*, float>> pieces) {
  host::VocabularySource source;
  source.unknown = 0;
  source.bos = 1;
  source.eos = 2;
  source.tokens.push_back({"<unk>", 0, TokenType::kUnknown});
  source.tokens.push_back({"<s>", 0, TokenType::kControl});
  source.tokens.push_back({"</s>", 0, TokenType::kControl});
  for (int byte = 0; byte < 256; ++byte) {
    source.tokens.push_back({std::string(1, static_cast<char>(byte)), 0, TokenType::kByte});
  }
  for (const auto& [text, score] : pieces) {
    source.tokens.push_back({text, score, TokenType::kNormal});
  }
  return source;
}

// Byte-level BPE: a token for each byte, whose id it is, then the results of `merges` in the order
// of their rank, beginning with id 256 (without those that another merge makes already), and last
// "<|begin_of_text|>" as BOS.
inline host::VocabularySource make_byte_level(
    WordRules rules, std::initializer_list<std::pair<const char*, const char*>> merges) {
  host::VocabularySource source = {.kind = TokenizerKind::kByteLevel, .word_rules = rules};
  for (int byte = 0; byte < 256; ++byte) {
    source.tokens.push_back({std::string(1, static_cast<char>(byte)), 0, TokenType::kNormal});
  }
  const auto id_of = [&](const std::string& bytes) {
    int32_t id = 0;
    for (const auto& token : source.tokens) {
      if (token.bytes == bytes) return id;
      ++id;
    }
    source.tokens.push_back({bytes, 0, TokenType::kNormal});
    return id;
  };
  for (const auto& [left, right] : merges) {
    const auto rank = static_cast<uint32_t>(source.merges.size());
    source.merges.push_back({id_of(left), id_of(right), id_of(std::string(left) + right), rank});
  }
  source.bos = static_cast<int32_t>(source.tokens.size());
  source.tokens.push_back({"<|begin_of_text|>", 0, TokenType::kControl});
  return source;
}

inline constexpr int32_t kFirstPiece = 259;
constexpr int32_t byte_id(int byte) { return 3 + byte; }

// Small, with the rivalries that decide an order.
inline host::VocabularySource rivals() {
  return make_vocabulary({{" ", -100},         // 259
                          {"a", -101},         // 260
                          {"b", -102},         // 261
                          {"ab", -5},          // 262
                          {"ba", -3},          // 263
                          {"aa", -4},          // 264
                          {"bb", -4},          // 265
                          {" ab", -1},         // 266
                          {"abab", -2},        // 267
                          {"\u00e9", -103}});  // 268
}

}  // namespace llama
