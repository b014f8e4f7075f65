// Byte-level BPE: the tokens of Llama 3 and its like.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "host-tools/model/vocabulary_reader.h"
#include "llama/text/tokenizer.h"
#include "llama/text/word_cutter.h"
#include "tests/llama/text/test_tokenizer.h"
#include "tests/llama/text/test_vocabulary.h"

namespace llama {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::filesystem::path kData = BARELLAMA_SHARED_DATA;

// The merges go by their pair: there is none of "b" and "c", nor of "ab" and "cd".
host::VocabularySource letters() {
  return make_byte_level(WordRules::kGpt2, {{"a", "b"},        // 256
                                            {"c", "d"},        // 257
                                            {"ab", "c"},       // 258
                                            {"a", "a"},        // 259
                                            {"abc", "d"},      // 260
                                            {" ", "a"},        // 261
                                            {"\xc3", "\xa9"},  // 262
                                            {"aa", "a"}});     // 263
}
constexpr int32_t kBos = 264;

TEST(ByteLevelEncode, MergesThePairOfLowestRankFirst) {
  const TestTokenizer tokenizer(letters());
  EXPECT_THAT(tokenizer.encode("abc"), ElementsAre(258));
  // "cd" goes before "ab" + "c", and "ab" + "cd" is not a merge, although "abcd" is a token.
  EXPECT_THAT(tokenizer.encode("abcd"), ElementsAre(256, 257));
  EXPECT_THAT(tokenizer.encode("bc"), ElementsAre('b', 'c'));
  EXPECT_THAT(tokenizer.encode("\u00e9\xff"), ElementsAre(262, 0xff));
}

TEST(ByteLevelEncode, MergesTheLeftmostOfEqualPairs) {
  const TestTokenizer tokenizer(letters());
  EXPECT_THAT(tokenizer.encode("aaa"), ElementsAre(263));
  EXPECT_THAT(tokenizer.encode("aaaa"), ElementsAre(259, 259));
  EXPECT_THAT(tokenizer.encode("aaaaa"), ElementsAre(259, 263));
}

TEST(ByteLevelEncode, MergesWithinWordsOnly) {
  EXPECT_THAT(TestTokenizer(letters()).encode("c d a a1a"),
              ElementsAre('c', ' ', 'd', 261, 261, '1', 'a'));
}

TEST(ByteLevelEncode, TakesWholeWordsFirstWhereTheVocabularySaysSo) {
  host::VocabularySource source = letters();
  source.whole_words_first = true;
  const TestTokenizer tokenizer(source);
  EXPECT_THAT(tokenizer.encode("abcd"), ElementsAre(260));
  EXPECT_THAT(tokenizer.encode("abcda"), ElementsAre(256, 257, 'a'));
}

TEST(ByteLevelEncode, BeginsWithBosUnlessTheModelDoesNot) {
  host::VocabularySource source = letters();
  EXPECT_THAT(TestTokenizer(source).encode("ab", AddBos::kYes), ElementsAre(kBos, 256));
  EXPECT_THAT(TestTokenizer(source).encode("", AddBos::kYes), ElementsAre(kBos));
  EXPECT_THAT(TestTokenizer(source).encode("ab", AddBos::kNo), ElementsAre(256));
  source.bos_before_text = false;
  EXPECT_THAT(TestTokenizer(source).encode("ab", AddBos::kYes), ElementsAre(256));
  EXPECT_THAT(TestTokenizer(source).encode("", AddBos::kYes), IsEmpty());
}

TEST(ByteLevelEncode, MakesNoControlTokenOfText) {
  const TestTokenizer tokenizer(letters());
  const std::string text = "<|begin_of_text|>";
  const auto ids = tokenizer.encode(text);
  EXPECT_EQ(ids.size(), text.size());
  EXPECT_EQ(tokenizer.decode(ids), text);
}

TEST(ByteLevelEncode, LeavesOutBytesWithoutAToken) {
  host::VocabularySource source = letters();
  source.tokens['x'].type = TokenType::kUnused;
  EXPECT_THAT(TestTokenizer(source).encode("axb"), ElementsAre(256));
  source.tokens['y'].type = TokenType::kUnknown;
  source.unknown = 'y';
  EXPECT_THAT(TestTokenizer(source).encode("axb"), ElementsAre('a', 'y', 'b'));
}

TEST(ByteLevelDecode, ShowsBytesAndHidesControlTokens) {
  const TestTokenizer tokenizer(letters());
  EXPECT_EQ(tokenizer.decode({kBos, 261, 0xe2, 262, kBos}), " a\xe2\u00e9");
}

TEST(ByteLevelEncode, TakesLongWordsInGoodTime) {
  const TestTokenizer tokenizer(letters());
  // A quadratic merge, or a cut that looks at the rest for each word, would take minutes.
  const std::string letter(200000, 'a');
  EXPECT_EQ(tokenizer.encode(letter).size(), letter.size() / 2);
  const std::string space(200000, ' ');
  EXPECT_EQ(tokenizer.encode(space).size(), space.size());
}

// The definition, as plain as can be: of all neighbours in a word that are a merge, make the one of
// lowest rank, the leftmost of equals, and again from the start.
std::vector<int32_t> encode_by_definition(const Vocabulary& vocabulary, std::string_view text) {
  std::vector<int32_t> ids;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, first_word_bytes(vocabulary.word_rules(), text));
    text.remove_prefix(word.size());
    if (vocabulary.has_whole_words_first() && vocabulary.find(word) >= 0) {
      ids.push_back(vocabulary.find(word));
      continue;
    }
    std::vector<int32_t> symbols;
    for (const char byte : word)
      symbols.push_back(vocabulary.byte_token(static_cast<uint8_t>(byte)));
    for (;;) {
      size_t best = symbols.size();
      Merge best_merge;
      for (size_t i = 0; i + 1 < symbols.size(); ++i) {
        const int32_t place = vocabulary.find_merge(symbols[i], symbols[i + 1]);
        if (place < 0) continue;
        const Merge merge = vocabulary.merge(place);
        if (best == symbols.size() || merge.rank < best_merge.rank) {
          best = i;
          best_merge = merge;
        }
      }
      if (best == symbols.size()) break;
      symbols[best] = best_merge.result;
      symbols.erase(symbols.begin() + static_cast<ptrdiff_t>(best) + 1);
    }
    ids.insert(ids.end(), symbols.begin(), symbols.end());
  }
  return ids;
}

// Valid UTF-8 of all planes, pieces of the vocabulary, and some bytes of no character.
std::string random_text(const Vocabulary& vocabulary, std::mt19937& random) {
  std::string text;
  for (auto n = random() % 24; n > 0; --n) {
    switch (random() % 6) {
      case 0:
        text += static_cast<char>(random() % 256);
        break;
      case 1: {
        const auto code = static_cast<uint32_t>(0x80 + random() % 0x780);
        text += static_cast<char>(0xc0 | code >> 6);
        text += static_cast<char>(0x80 | (code & 0x3f));
        break;
      }
      case 2: {
        const auto code = static_cast<uint32_t>(0x10000 + random() % 0x100000);
        text += static_cast<char>(0xf0 | code >> 18);
        for (const int shift : {12, 6, 0}) text += static_cast<char>(0x80 | (code >> shift & 0x3f));
        break;
      }
      case 3:
        text += static_cast<char>(' ' + random() % 95);
        break;
      default:
        text += vocabulary.piece(static_cast<int32_t>(random() % vocabulary.size()));
    }
  }
  return text;
}

void expect_definition_and_round_trip(const TestTokenizer& tokenizer, int rounds) {
  std::mt19937 random(5);
  for (int round = 0; round < rounds; ++round) {
    const std::string text = random_text(tokenizer.get().vocabulary(), random);
    const auto ids = tokenizer.encode(text);
    ASSERT_EQ(tokenizer.decode(ids), text);
    ASSERT_EQ(ids, encode_by_definition(tokenizer.get().vocabulary(), text)) << text;
  }
}

TEST(ByteLevelEncode, MatchesTheDefinitionOnRandomTexts) {
  for (const WordRules rules : {WordRules::kGpt2, WordRules::kLlama3, WordRules::kSmolLm}) {
    host::VocabularySource source = letters();
    source.word_rules = rules;
    expect_definition_and_round_trip(TestTokenizer(source), 2000);
  }
}

class Llama3Vocabulary : public testing::Test {
 protected:
  // Half a second to build: once for all tests.
  static const TestTokenizer* tokenizer() {
    static const auto shared = []() -> std::unique_ptr<TestTokenizer> {
      const auto path = kData / "tok/ggml-vocab-llama-bpe.gguf";
      if (!std::filesystem::exists(path)) return nullptr;
      return std::make_unique<TestTokenizer>(host::read_vocabulary(path, std::nullopt));
    }();
    return shared.get();
  }
  void SetUp() override {
    if (tokenizer() == nullptr) {
      GTEST_SKIP() << kData << " is not here: Llama 3's vocabulary is not tried";
    }
  }
};

TEST_F(Llama3Vocabulary, MatchesTheVectorsWithoutADifference) {
  std::ifstream lines(kData / "tok/llama3_vectors.jsonl");
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto item = nlohmann::json::parse(line);
    const std::string text = item["text"];
    const auto ids = tokenizer()->encode(text, AddBos::kYes);
    EXPECT_EQ(ids, item["ids"].get<std::vector<int32_t>>()) << line;
    EXPECT_EQ(tokenizer()->decode(ids), text) << line;
  }
  EXPECT_EQ(count, 110);
}

TEST_F(Llama3Vocabulary, MatchesTheDefinitionOnRandomTexts) {
  expect_definition_and_round_trip(*tokenizer(), 1500);
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The vectors beside llama.cpp's vocabularies, `name`.inp and `name`.out, without BOS.
void expect_published_vectors(const TestTokenizer& tokenizer, const std::string& name) {
  const std::string separator = "\n__ggml_vocab_test__\n";
  std::string texts = read_text(kData / "tok" / (name + ".inp"));
  std::istringstream lines(read_text(kData / "tok" / (name + ".out")));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const size_t end = texts.find(separator);
    ASSERT_NE(end, std::string::npos) << count;
    const std::string text = texts.substr(0, end);
    texts.erase(0, end + separator.size());
    std::istringstream numbers(line);
    const std::vector<int32_t> expected(std::istream_iterator<int32_t>(numbers), {});
    EXPECT_EQ(tokenizer.encode(text), expected) << text;
  }
  EXPECT_GT(count, 40);
}

TEST_F(Llama3Vocabulary, MatchesThePublishedVectors) {
  expect_published_vectors(*tokenizer(), "ggml-vocab-llama-bpe.gguf");
}

TEST(Llama2Vocabulary, MatchesThePublishedVectors) {
  const auto path = kData / "tok/ggml-vocab-llama-spm.gguf";
  if (!std::filesystem::exists(path)) {
    GTEST_SKIP() << kData << " is not here: Llama 2's published vectors are not tried";
  }
  expect_published_vectors(TestTokenizer(host::read_vocabulary(path, std::nullopt)),
                           "ggml-vocab-llama-spm.gguf");
}

}  // namespace
}  // namespace llama
