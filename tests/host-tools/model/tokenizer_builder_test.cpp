#include "host-tools/model/tokenizer_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace host {
namespace {

using base::ErrorCode;
using llama::TokenType;
using llama::Vocabulary;

// A tokenizer.bin in the making.
class Llama2cFile {
 public:
  // The first 259 tokens as llama2.c's tokenizer.py writes them.
  Llama2cFile() {
    put_u32(16);
    put("<unk>", 0);
    put("\n<s>\n", 0);
    put("\n</s>\n", 0);
    for (unsigned byte = 0; byte < 256; ++byte) {
      constexpr char kDigits[] = "0123456789ABCDEF";
      put(std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">", 0);
    }
  }

  void put(const std::string& text, float score) {
    put_u32(std::bit_cast<uint32_t>(score));
    put_u32(static_cast<uint32_t>(text.size()));
    for (const char c : text) bytes_.push_back(static_cast<std::byte>(c));
  }

  void put_u32(uint32_t value) {
    bytes_.resize(bytes_.size() + 4);
    base::store_le32(bytes_, bytes_.size() - 4, value);
  }

  std::vector<std::byte>& bytes() { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

TEST(Llama2cTokenizer, IsReadWithItsTypes) {
  Llama2cFile file;
  file.put(" the", -6.5f);
  const auto source = read_llama2c_tokenizer(file.bytes(), 260);
  ASSERT_TRUE(source.ok()) << source.status().text();
  ASSERT_EQ(source->tokens.size(), 260u);
  EXPECT_EQ(source->unknown, 0);
  EXPECT_EQ(source->bos, 1);
  EXPECT_EQ(source->eos, 2);
  EXPECT_TRUE(source->space_before_text);
  EXPECT_EQ(source->tokens[0].type, TokenType::kUnknown);
  EXPECT_EQ(source->tokens[1].bytes, "<s>");
  EXPECT_EQ(source->tokens[2].type, TokenType::kControl);
  EXPECT_EQ(source->tokens[3 + 0xab].bytes, "\xab");
  EXPECT_EQ(source->tokens[3 + 0xab].type, TokenType::kByte);
  EXPECT_EQ(source->tokens[259].bytes, " the");
  EXPECT_EQ(source->tokens[259].score, -6.5f);
  EXPECT_EQ(source->tokens[259].type, TokenType::kNormal);
}

TEST(Llama2cTokenizer, IsRefusedWhenItIsCutAnywhere) {
  Llama2cFile file;
  file.put(" the", -6.5f);
  for (size_t size = 0; size < file.bytes().size(); ++size) {
    const std::vector<std::byte> cut(file.bytes().begin(),
                                     file.bytes().begin() + static_cast<ptrdiff_t>(size));
    ASSERT_EQ(read_llama2c_tokenizer(cut, 260).status().code(), ErrorCode::kCorrupt) << size;
  }
}

TEST(Llama2cTokenizer, IsRefusedForAnotherModelsVocabularySize) {
  Llama2cFile file;
  file.put(" the", -6.5f);
  EXPECT_EQ(read_llama2c_tokenizer(file.bytes(), 259).status().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(read_llama2c_tokenizer(file.bytes(), 261).status().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(read_llama2c_tokenizer(file.bytes(), 0).status().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(read_llama2c_tokenizer(file.bytes(), 0x80000000u).status().code(),
            ErrorCode::kInvalidArgument);
}

TEST(Llama2cTokenizer, IsRefusedForAnAbsurdLengthOrScore) {
  Llama2cFile file;
  const size_t piece_at = file.bytes().size();
  file.put("x", -1);
  file.put(std::string(64, 'y'), -2);  // that there are enough bytes is not enough
  for (const uint32_t length : {17u, 0x7fffffffu, 0xffffffffu}) {
    base::store_le32(file.bytes(), piece_at + 4, length);
    EXPECT_EQ(read_llama2c_tokenizer(file.bytes(), 261).status().code(), ErrorCode::kCorrupt);
    EXPECT_EQ(read_llama2c_tokenizer(file.bytes(), 261).status().number(0), 259u);
  }
  Llama2cFile scored;
  scored.put("x", std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(read_llama2c_tokenizer(scored.bytes(), 260).status().code(), ErrorCode::kCorrupt);
}

// Llama 3's tokenizer in the same format has ordinary pieces in these places.
TEST(Llama2cTokenizer, IsRefusedWithoutItsByteTokens) {
  Llama2cFile file;
  const std::string text = "<0x41>";
  auto& bytes = file.bytes();
  const auto at = std::search(bytes.begin(), bytes.end(), text.begin(), text.end(),
                              [](std::byte b, char c) { return b == static_cast<std::byte>(c); });
  ASSERT_NE(at, bytes.end());
  *at = std::byte{'!'};
  const auto source = read_llama2c_tokenizer(bytes, 259);
  EXPECT_EQ(source.status().code(), ErrorCode::kCorrupt);
  EXPECT_EQ(source.status().number(0), 3u + 0x41);
}

TEST(SentencePieceToken, HasSpacesForItsBlocksAndBytesForTheirNames) {
  EXPECT_EQ(from_sentencepiece("\u2581\u2581a\u2581", -1, TokenType::kNormal)->bytes, "  a ");
  EXPECT_EQ(from_sentencepiece("<0x0A>", 0, TokenType::kByte)->bytes, "\n");
  EXPECT_EQ(from_sentencepiece("<0xff>", 0, TokenType::kByte)->bytes, "\xff");
  EXPECT_EQ(from_sentencepiece("<0x0A>", 0, TokenType::kNormal)->bytes, "<0x0A>");
  for (const char* text : {"", "x", "<0xG0>", "<0x0A", "<0x0A>>", "<1x0A>"}) {
    EXPECT_EQ(from_sentencepiece(text, 0, TokenType::kByte).status().code(), ErrorCode::kCorrupt)
        << text;
  }
}

VocabularySource letters() {
  VocabularySource source;
  source.unknown = 0;
  source.tokens = {{"?", 0, TokenType::kUnknown}, {"b", -1}, {"a", -2}, {"ab", -3}};
  return source;
}

TEST(TokenizerSegment, FindsTheFirstOfEqualPieces) {
  VocabularySource source = letters();
  source.tokens.push_back({"a", -9});
  source.tokens.push_back({"\n", 0, TokenType::kByte});
  source.tokens.push_back({"\n", 0, TokenType::kByte});
  const auto segment = build_tokenizer_segment(source);
  ASSERT_TRUE(segment.ok());
  const auto vocabulary = Vocabulary::open(*segment);
  ASSERT_TRUE(vocabulary.ok()) << vocabulary.status().text();
  EXPECT_EQ(vocabulary->find("a"), 2);
  EXPECT_EQ(vocabulary->piece(4), "a");
  EXPECT_EQ(vocabulary->byte_token('\n'), 5);
}

TEST(TokenizerSegment, KeepsTokensThatAreNotMadeFromText) {
  VocabularySource source = letters();
  source.tokens.push_back({"", 0, TokenType::kUnused});
  source.tokens.push_back({"<|user|>", 0, TokenType::kUserDefined});
  source.tokens.push_back({"", 0});
  const auto segment = build_tokenizer_segment(source);
  ASSERT_TRUE(segment.ok());
  const auto vocabulary = Vocabulary::open(*segment);
  ASSERT_TRUE(vocabulary.ok()) << vocabulary.status().text();
  EXPECT_EQ(vocabulary->piece(5), "<|user|>");
  EXPECT_EQ(vocabulary->find("<|user|>"), -1);
  EXPECT_EQ(vocabulary->find(""), -1);
}

TEST(TokenizerSegment, IsNotMadeOfWhatItCannotHold) {
  const auto code_after = [](auto change) {
    VocabularySource source = letters();
    change(source);
    return build_tokenizer_segment(source).status().code();
  };
  const auto refused = ErrorCode::kInvalidArgument;
  EXPECT_EQ(code_after([](auto&) {}), ErrorCode::kOk);
  EXPECT_EQ(code_after([](auto& s) { s.tokens.clear(); }), refused);
  EXPECT_EQ(code_after([](auto& s) { s.bos = 4; }), refused);
  EXPECT_EQ(code_after([](auto& s) { s.eos = -2; }), refused);
  EXPECT_EQ(code_after([](auto& s) { s.unknown = -1; }), refused) << "no byte tokens either";
  EXPECT_EQ(
      code_after([](auto& s) { s.tokens[1].score = -std::numeric_limits<float>::infinity(); }),
      refused);
  EXPECT_EQ(code_after([](auto& s) { s.tokens[1].type = static_cast<TokenType>(7); }), refused);
  EXPECT_EQ(code_after([](auto& s) { s.tokens[3].type = TokenType::kByte; }), refused);
}

}  // namespace
}  // namespace host
