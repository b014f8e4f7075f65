#include "llama/text/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "host-tools/model/tokenizer_builder.h"
#include "tests/llama/text/test_tokenizer.h"
#include "tests/llama/text/test_vocabulary.h"

namespace llama {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(TokenizerEncode, PutsASpaceBeforeTheText) {
  const TestTokenizer tokenizer(rivals());
  EXPECT_THAT(tokenizer.encode("a"), ElementsAre(259, 260));
  EXPECT_THAT(tokenizer.encode("ab"), ElementsAre(266));
  EXPECT_THAT(tokenizer.encode(" "), ElementsAre(259, 259));
}

TEST(TokenizerEncode, GivesTheEmptyTextNoTokenButBos) {
  const TestTokenizer tokenizer(rivals());
  EXPECT_THAT(tokenizer.encode("", AddBos::kYes), ElementsAre(1));
  EXPECT_THAT(tokenizer.encode("", AddBos::kNo), IsEmpty());
}

TEST(TokenizerEncode, LeavesTheSpaceOutWhereTheVocabularySaysSo) {
  host::VocabularySource source = rivals();
  source.space_before_text = false;
  const TestTokenizer tokenizer(source);
  EXPECT_THAT(tokenizer.encode("a", AddBos::kYes), ElementsAre(1, 260));
  EXPECT_EQ(tokenizer.decode({1, 266}), " ab") << "no space was put there, so none is dropped";
}

TEST(TokenizerEncode, HasNoBosWhereTheVocabularyHasNone) {
  host::VocabularySource source = rivals();
  source.bos = -1;
  EXPECT_THAT(TestTokenizer(source).encode("a", AddBos::kYes), ElementsAre(259, 260));
}

TEST(TokenizerEncode, MergesTheBestPairFirst) {
  const TestTokenizer tokenizer(rivals());
  // " bab": "ba" (-3) goes before "ab" (-5).
  EXPECT_THAT(tokenizer.encode("bab"), ElementsAre(259, 263, 261));
  // "ab" would need a worse merge first, but " ab" can only come of it.
  EXPECT_THAT(tokenizer.encode("abab"), ElementsAre(259, 260, 263, 261));
}

TEST(TokenizerEncode, MergesTheLeftmostOfEqualPairs) {
  const TestTokenizer tokenizer(rivals());
  EXPECT_THAT(tokenizer.encode("aaa"), ElementsAre(259, 264, 260));
  EXPECT_THAT(tokenizer.encode("aabb"), ElementsAre(259, 264, 265));
  EXPECT_THAT(tokenizer.encode("bbb"), ElementsAre(259, 265, 261));
}

TEST(TokenizerEncode, FallsBackToBytes) {
  const TestTokenizer tokenizer(rivals());
  EXPECT_THAT(tokenizer.encode("\u00e9"), ElementsAre(259, 268));
  EXPECT_THAT(tokenizer.encode("\u20ac"),
              ElementsAre(259, byte_id(0xe2), byte_id(0x82), byte_id(0xac)));
  EXPECT_THAT(tokenizer.encode("\xe9"), ElementsAre(259, byte_id(0xe9)));
  EXPECT_THAT(tokenizer.encode(std::string_view("a\0b", 3)),
              ElementsAre(259, 260, byte_id(0), 261));
}

TEST(TokenizerEncode, FallsBackToTheUnknownTokenWithoutBytes) {
  host::VocabularySource source;
  source.unknown = 0;
  source.tokens = {{"<unk>", 0, TokenType::kUnknown}, {" ", 0}, {"a", 0}};
  EXPECT_THAT(TestTokenizer(source).encode("ax"), ElementsAre(1, 2, 0));
}

TEST(TokenizerEncode, MakesNoControlTokenOfText) {
  const TestTokenizer tokenizer(rivals());
  const auto ids = tokenizer.encode("</s><s><unk>", AddBos::kYes);
  EXPECT_EQ(ids.size(), 1 + 1 + 12u);
  EXPECT_EQ(ids[0], 1);
  for (size_t i = 1; i < ids.size(); ++i) EXPECT_GT(ids[i], 2);
  // Nor is the name of a byte token that byte.
  EXPECT_EQ(tokenizer.encode("<0x41>").size(), 1 + 6u);
}

TEST(TokenizerEncode, CountsTheLowerOneEighthBlockAsASpace) {
  const TestTokenizer tokenizer(rivals());
  EXPECT_EQ(tokenizer.encode("a\u2581b"), tokenizer.encode("a b"));
  EXPECT_THAT(tokenizer.encode("\u2581"), ElementsAre(259, 259));
}

TEST(TokenizerEncode, SaysHowManyTokensDoNotFit) {
  const TestTokenizer tokenizer(rivals());
  alignas(base::Arena::kAlignment) std::array<std::byte, 4096> memory;
  base::Arena arena(memory);
  std::array<int32_t, 3> out;
  EXPECT_TRUE(tokenizer.get().encode("a", AddBos::kYes, arena, out).ok());
  const auto refused = tokenizer.get().encode("aba", AddBos::kYes, arena, out);
  ASSERT_EQ(refused.status().code(), ErrorCode::kOutOfRange);
  EXPECT_EQ(refused.status().number(0), 4u);
  EXPECT_EQ(refused.status().number(1), 3u);
  EXPECT_EQ(arena.used(), 0u);
}

TEST(TokenizerEncode, RefusesAScratchOneByteShort) {
  const TestTokenizer tokenizer(rivals());
  alignas(base::Arena::kAlignment) std::array<std::byte, 4096> memory;
  const size_t enough = static_cast<size_t>(tokenizer.get().scratch_bytes(20));
  ASSERT_LE(enough, memory.size());
  std::array<int32_t, 32> out;
  const std::string text(20, 'a');
  base::Arena whole{std::span(memory).first(enough)};
  EXPECT_TRUE(tokenizer.get().encode(text, AddBos::kNo, whole, out).ok());
  base::Arena small{std::span(memory).first(enough - 1)};
  EXPECT_EQ(tokenizer.get().encode(text, AddBos::kNo, small, out).status().code(),
            ErrorCode::kOutOfMemory);
  EXPECT_EQ(small.used(), 0u);
}

TEST(TokenizerDecode, DropsTheSpaceAtTheBeginningOnly) {
  const TestTokenizer tokenizer(rivals());
  EXPECT_EQ(tokenizer.get().decode(1, 266), "ab");
  EXPECT_EQ(tokenizer.get().decode(1, 259), "");
  EXPECT_EQ(tokenizer.get().decode(-1, 266), " ab");
  EXPECT_EQ(tokenizer.get().decode(Tokenizer::kBeginning, 266), "ab");
  EXPECT_EQ(tokenizer.get().decode(266, 266), " ab");
  EXPECT_EQ(tokenizer.get().decode(1, 260), "a");
}

TEST(TokenizerDecode, ShowsBytesAndHidesControlTokens) {
  const TestTokenizer tokenizer(rivals());
  EXPECT_EQ(tokenizer.get().decode(260, byte_id(0xe2)), "\xe2");
  EXPECT_EQ(tokenizer.get().decode(260, byte_id(0)), std::string_view("\0", 1));
  EXPECT_EQ(tokenizer.get().decode(260, 1), "");
  EXPECT_EQ(tokenizer.get().decode(260, 2), "");
  EXPECT_EQ(tokenizer.get().decode(260, 0), "<unk>");
}

TEST(TokenizerDecodeDeathTest, ChecksItsIds) {
  const TestTokenizer tokenizer(rivals());
  EXPECT_DEATH(tokenizer.get().decode(1, 269), "");
  EXPECT_DEATH(tokenizer.get().decode(1, -1), "");
  EXPECT_DEATH(tokenizer.get().decode(269, 260), "");
}

}  // namespace
}  // namespace llama
