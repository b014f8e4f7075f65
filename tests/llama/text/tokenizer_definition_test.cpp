// The tokenizer against its definition, on random texts and on vectors that other programs made.
#include "llama/text/tokenizer.h"

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
