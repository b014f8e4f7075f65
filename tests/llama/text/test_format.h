// Chat formats over the vocabularies of tests and of published models.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host-tools/model/vocabulary_reader.h"
#include "llama/text/chat_format.h"
#include "tests/llama/text/test_tokenizer.h"
#include "tests/llama/text/test_vocabulary.h"

namespace llama {

using Ids = std::vector<int32_t>;

inline const std::filesystem::path kData = BARELLAMA_SHARED_DATA;

// A format with its room.
class TestFormat {
 public:
  TestFormat(ChatTemplate kind, const TestTokenizer& tokenizer, size_t text_bytes = 400)
      : tokenizer_(tokenizer),
        format_(ChatFormat::make(kind, tokenizer.get()).value()),
        text_(text_bytes + ChatFormat::kMarkerBytes),
        scratch_(tokenizer.get().scratch_bytes(text_.size()) + base::Arena::kAlignment),
        ids_(1000) {}

  Ids question(bool is_first, std::string_view system, std::string_view user) {
    const auto made = format_.question(is_first, system, user, room());
    EXPECT_TRUE(made.ok()) << made.status().text();
    if (!made.ok()) return {};
    const Ids ids(ids_.begin(), ids_.begin() + made->tokens);
    std::vector<char> out(text_.size());
    said_ = format_.said(ids, *made, out);
    return ids;
  }
  // What the last question was, read from its tokens.
  const std::string& said() const { return said_; }
  base::Status refusal(std::string_view user) {
    return format_.question(true, {}, user, room()).status();
  }
  Ids close(int32_t last) {
    Ids out(ChatFormat::kMaxCloseTokens);
    out.resize(format_.close(last, std::span<int32_t, ChatFormat::kMaxCloseTokens>(out)));
    return out;
  }
  const ChatFormat& get() const { return format_; }

 private:
  ChatFormat::Room room() {
    void* aligned = scratch_.data();
    size_t space = scratch_.size();
    std::align(base::Arena::kAlignment, space - base::Arena::kAlignment, aligned, space);
    return {
        text_,
        std::span(static_cast<std::byte*>(aligned), tokenizer_.get().scratch_bytes(text_.size())),
        ids_};
  }

  const TestTokenizer& tokenizer_;
  ChatFormat format_;
  std::vector<char> text_;
  std::vector<std::byte> scratch_;
  Ids ids_;
  std::string said_;
};

// Built once for all tests; null where the data is not.
inline const TestTokenizer* published(const char* name) {
  const auto path = kData / "tok" / name;
  if (!std::filesystem::exists(path)) return nullptr;
  static std::map<std::string, std::unique_ptr<TestTokenizer>> made;
  auto& tokenizer = made[name];
  if (!tokenizer) {
    tokenizer = std::make_unique<TestTokenizer>(host::read_vocabulary(path, std::nullopt));
  }
  return tokenizer.get();
}

#define NEED_VOCABULARY(name)                                       \
  const TestTokenizer* const tokenizer = published(name);           \
  if (tokenizer == nullptr) {                                       \
    GTEST_SKIP() << kData << " is not here: " name " is not tried"; \
  }                                                                 \
  static_assert(true)

// Bytes are their own tokens here; Llama 3's special tokens begin with 256.
inline host::VocabularySource llama3_vocabulary() {
  host::VocabularySource source = make_byte_level(WordRules::kLlama3, {});
  for (const char* name : {"<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>",
                           "<|eom_id|>", "<|eot_id|>"}) {
    source.tokens.push_back({name, 0, TokenType::kControl});
  }
  source.eos = 257;
  return source;
}

// The tokens' bytes and names one after another, as Jinja writes a conversation; SentencePiece's
// space before a text is one, too.
inline std::string written(const TestTokenizer& tokenizer, const Ids& ids) {
  std::string text;
  for (const int32_t id : ids) text += tokenizer.get().vocabulary().piece(id);
  return text;
}

// Bytes are their own tokens here: 10 is the newline; 256 <|endoftext|>, 257 <|im_start|> and 258
// <|im_end|>, numbered as SmolLM2 numbers them from 0.
inline host::VocabularySource smol_vocabulary() {
  host::VocabularySource source = make_byte_level(WordRules::kSmolLm, {});
  source.tokens.back().bytes = "<|endoftext|>";
  source.tokens.push_back({"<|im_start|>", 0, TokenType::kControl});
  source.tokens.push_back({"<|im_end|>", 0, TokenType::kControl});
  source.bos = 257;
  source.eos = 258;
  source.bos_before_text = false;
  return source;
}

}  // namespace llama
