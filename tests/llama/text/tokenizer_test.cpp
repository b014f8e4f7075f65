#include "llama/text/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
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

std::optional<std::vector<std::byte>> read_shared(const std::string& name) {
  std::ifstream file(BARELLAMA_SHARED_DATA "/" + name, std::ios::binary);
  if (!file) return std::nullopt;
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::byte> bytes(text.size());
  std::transform(text.begin(), text.end(), bytes.begin(),
                 [](char c) { return static_cast<std::byte>(c); });
  return bytes;
}

std::optional<TestTokenizer> open_shared(const std::string& name, uint32_t vocabulary_size) {
  const auto file = read_shared(name);
  if (!file) return std::nullopt;
  const auto source = host::read_llama2c_tokenizer(*file, vocabulary_size);
  EXPECT_TRUE(source.ok()) << source.status().text();
  return TestTokenizer(*source);
}

// Small, with the rivalries that decide an order.
host::VocabularySource rivals() {
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
  const size_t enough = Tokenizer::scratch_bytes(20);
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

TEST(TokenizerDecode, DropsTheSpaceAfterBosOnly) {
  const TestTokenizer tokenizer(rivals());
  EXPECT_EQ(tokenizer.get().decode(1, 266), "ab");
  EXPECT_EQ(tokenizer.get().decode(1, 259), "");
  EXPECT_EQ(tokenizer.get().decode(-1, 266), " ab");
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

// The definition, as plain as can be: of all neighbours that are a piece together, merge those with
// the best score, the leftmost of equals, and again from the start.
std::vector<int32_t> encode_by_definition(const Vocabulary& vocabulary, const std::string& text) {
  std::vector<std::string> symbols;
  std::string spaced = text.empty() ? text : std::string(1, ' ').append(text);
  for (size_t at; (at = spaced.find("\u2581")) != std::string::npos;) spaced.replace(at, 3, " ");
  for (size_t at = 0; at < spaced.size();) {
    size_t length = 1;
    for (size_t n = 1; n <= 4 && at + n <= spaced.size(); ++n) {
      const std::string candidate = spaced.substr(at, n);
      // A character is what a decoder of JSON takes as a whole one.
      const bool lead = n == 1 || (static_cast<unsigned char>(candidate[0]) >= 0xc2);
      if (lead && static_cast<unsigned char>(candidate.back()) >= 0x80 && n > 1) {
        try {
          (void)nlohmann::json(candidate).dump();
          length = n;
          break;
        } catch (const nlohmann::json::exception&) {
        }
      }
    }
    symbols.push_back(spaced.substr(at, length));
    at += length;
  }
  for (;;) {
    int best = -1;
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const int token = vocabulary.find(symbols[i] + symbols[i + 1]);
      if (token < 0) continue;
      if (best < 0 || vocabulary.score(token) > vocabulary.score(vocabulary.find(
                                                    symbols[static_cast<size_t>(best)] +
                                                    symbols[static_cast<size_t>(best) + 1]))) {
        best = static_cast<int>(i);
      }
    }
    if (best < 0) break;
    symbols[static_cast<size_t>(best)] += symbols[static_cast<size_t>(best) + 1];
    symbols.erase(symbols.begin() + best + 1);
  }
  std::vector<int32_t> ids;
  for (const std::string& symbol : symbols) {
    if (const int token = vocabulary.find(symbol); token >= 0) {
      ids.push_back(token);
    } else {
      for (const char byte : symbol) {
        ids.push_back(vocabulary.byte_token(static_cast<uint8_t>(byte)));
      }
    }
  }
  return ids;
}

std::string expected_after_round_trip(std::string text) {
  for (size_t at; (at = text.find("\u2581")) != std::string::npos;) text.replace(at, 3, " ");
  return text;
}

// Random texts that merge much: pieces of the vocabulary one after the other, some bytes between.
std::string random_text(const Vocabulary& vocabulary, std::mt19937& random) {
  std::string text;
  for (auto n = random() % 24; n > 0; --n) {
    if (random() % 6 == 0) {
      text += static_cast<char>(random() % 256);
    } else {
      text += vocabulary.piece(static_cast<int32_t>(3 + random() % (vocabulary.size() - 3)));
    }
  }
  return text;
}

void expect_definition_and_round_trip(const TestTokenizer& tokenizer, int rounds) {
  std::mt19937 random(5);
  for (int round = 0; round < rounds; ++round) {
    const std::string text = random_text(tokenizer.get().vocabulary(), random);
    const auto ids = tokenizer.encode(text, AddBos::kYes);
    ASSERT_EQ(tokenizer.decode(ids), expected_after_round_trip(text));
    auto expected = encode_by_definition(tokenizer.get().vocabulary(), text);
    expected.insert(expected.begin(), tokenizer.get().vocabulary().bos());
    ASSERT_EQ(ids, expected) << text;
  }
}

TEST(TokenizerEncode, MatchesTheDefinitionOnRandomTexts) {
  expect_definition_and_round_trip(TestTokenizer(rivals()), 6000);
}

TEST(TokenizerEncode, TakesLongTextsOfOnePieceInGoodTime) {
  const TestTokenizer tokenizer(rivals());
  // A quadratic merge would take minutes.
  const std::string text(200000, 'a');
  EXPECT_EQ(tokenizer.encode(text).size(), 1 + text.size() / 2);
}

struct Vectors {
  const char* tokenizer;
  const char* vectors;
  uint32_t size;
};

class SharedVectors : public testing::TestWithParam<Vectors> {};

TEST_P(SharedVectors, AreMatchedWithoutADifference) {
  const auto tokenizer = open_shared(GetParam().tokenizer, GetParam().size);
  std::ifstream lines(std::string(BARELLAMA_SHARED_DATA "/") + GetParam().vectors);
  if (!tokenizer || !lines) {
    GTEST_SKIP() << "the vectors of five other implementations are not there: "
                 << GetParam().vectors;
  }
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto item = nlohmann::json::parse(line);
    const std::string text = item["text"];
    const auto ids = tokenizer->encode(text, AddBos::kYes);
    EXPECT_EQ(ids, item["ids"].get<std::vector<int32_t>>()) << line;
    EXPECT_EQ(tokenizer->decode(ids), expected_after_round_trip(text)) << line;
  }
  EXPECT_EQ(count, 110);
}

TEST_P(SharedVectors, VocabularyMatchesTheDefinitionOnRandomTexts) {
  const auto tokenizer = open_shared(GetParam().tokenizer, GetParam().size);
  if (!tokenizer) GTEST_SKIP() << "random texts are not tried without " << GetParam().tokenizer;
  expect_definition_and_round_trip(*tokenizer, 1500);
}

INSTANTIATE_TEST_SUITE_P(
    Tokenizer, SharedVectors,
    testing::Values(Vectors{"llama2c/tokenizer.bin", "tok/llama2_vectors.jsonl", 32000},
                    Vectors{"llama2c/tok512.bin", "tok/tok512_vectors.jsonl", 512}),
    [](const auto& instance) { return "Of" + std::to_string(instance.param.size) + "Tokens"; });

}  // namespace
}  // namespace llama
