// A vocabulary small enough to see through, for tests of what makes tokens.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "host-tools/tokenizer_builder.h"

namespace llama {

// <unk>, <s>, </s>, the 256 byte tokens from id 3 on, and then `pieces` from id 259 on.
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

inline constexpr int32_t kFirstPiece = 259;
constexpr int32_t byte_id(int byte) { return 3 + byte; }

}  // namespace llama
