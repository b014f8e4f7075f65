#include "llama/text/word_cutter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "llama/text/unicode_classes.h"

namespace llama {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> words(WordRules rules, std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t bytes = first_word_bytes(rules, text);
    if (bytes == 0 || bytes > text.size()) {
      ADD_FAILURE() << "a word of " << bytes << " bytes";
      break;
    }
    words.emplace_back(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return words;
}

std::vector<std::string> gpt2(std::string_view text) { return words(WordRules::kGpt2, text); }
std::vector<std::string> llama3(std::string_view text) { return words(WordRules::kLlama3, text); }
std::vector<std::string> smollm(std::string_view text) { return words(WordRules::kSmolLm, text); }

TEST(CharacterClass, IsThatOfUnicode15) {
  const std::pair<uint32_t, CharacterClass> cases[] = {
      {0, CharacterClass::kOther},         {'\t', CharacterClass::kSpace},
      {'\r', CharacterClass::kSpace},      {0x1c, CharacterClass::kOther},
      {' ', CharacterClass::kSpace},       {'!', CharacterClass::kOther},
      {'0', CharacterClass::kNumber},      {'9', CharacterClass::kNumber},
      {':', CharacterClass::kOther},       {'@', CharacterClass::kOther},
      {'A', CharacterClass::kLetter},      {'z', CharacterClass::kLetter},
      {0x85, CharacterClass::kSpace},      {0xa0, CharacterClass::kSpace},
      {0xb2, CharacterClass::kNumber},     {0xe9, CharacterClass::kLetter},
      {0x301, CharacterClass::kOther},     {0x3000, CharacterClass::kSpace},
      {0x200b, CharacterClass::kOther},    {0x4e00, CharacterClass::kLetter},
      {0x5000, CharacterClass::kLetter},   {0x9fff, CharacterClass::kLetter},
      {0xac01, CharacterClass::kLetter},   {0x2167, CharacterClass::kNumber},
      {0x1f600, CharacterClass::kOther},   {0x31350, CharacterClass::kLetter},
      {0x323af, CharacterClass::kLetter},  {0x323b0, CharacterClass::kOther},
      {0x10ffff, CharacterClass::kOther},  {0x110000, CharacterClass::kOther},
      {0xffffffff, CharacterClass::kOther}};
  for (const auto& [code_point, expected] : cases) {
    EXPECT_EQ(character_class(code_point), expected) << std::hex << code_point;
  }
}

TEST(WordCutter, GivesTheEmptyTextNoWord) {
  EXPECT_THAT(gpt2(""), IsEmpty());
  EXPECT_THAT(llama3(""), IsEmpty());
}

TEST(WordCutter, KeepsASpaceWithTheWordBehindIt) {
  EXPECT_THAT(gpt2("a b !! 12"), ElementsAre("a", " b", " !!", " 12"));
  EXPECT_THAT(llama3("a b !! 12"), ElementsAre("a", " b", " !!", " ", "12"));
  EXPECT_THAT(smollm("a b !! 12"), ElementsAre("a", " b", " !!", " ", "1", "2"));
}

TEST(WordCutter, LeavesTheLastOfSeveralSpacesToTheNextWord) {
  EXPECT_THAT(gpt2("a   b"), ElementsAre("a", "  ", " b"));
  EXPECT_THAT(gpt2("a  1 "), ElementsAre("a", " ", " 1", " "));
  EXPECT_THAT(gpt2("a\t\tb"), ElementsAre("a", "\t", "\t", "b"));
  EXPECT_THAT(llama3("a\t\tb"), ElementsAre("a", "\t", "\tb"));
  EXPECT_THAT(llama3("a  1  "), ElementsAre("a", " ", " ", "1", "  "));
  EXPECT_THAT(llama3("a \u3000\u3000b"), ElementsAre("a", " \u3000", "\u3000b"));
  // What is before a number is a text of its own.
  EXPECT_THAT(smollm("a  1  b"), ElementsAre("a", "  ", "1", " ", " b"));
}

TEST(WordCutter, CutsNumbers) {
  EXPECT_THAT(gpt2("12345x"), ElementsAre("12345", "x"));
  EXPECT_THAT(llama3("12345x"), ElementsAre("123", "45", "x"));
  EXPECT_THAT(llama3("1\u00b2\u21673"), ElementsAre("1\u00b2\u2167", "3"));
  EXPECT_THAT(smollm("x12\u00b2"), ElementsAre("x", "1", "2", "\u00b2"));
}

TEST(WordCutter, CutsContractions) {
  EXPECT_THAT(gpt2("it's we're I'M 'll'd''ve"),
              ElementsAre("it", "'s", " we", "'re", " I", "'", "M", " '", "ll", "'d", "''", "ve"));
  EXPECT_THAT(llama3("it'S we'Re I'm x'LLy"),
              ElementsAre("it", "'S", " we", "'Re", " I", "'m", " x", "'LL", "y"));
  EXPECT_THAT(llama3("a'\u017fb'q"), ElementsAre("a", "'\u017f", "b", "'q"));
  EXPECT_THAT(llama3("'r 'v 'l '"), ElementsAre("'r", " '", "v", " '", "l", " '"));
}

TEST(WordCutter, CutsLinesAsLlama3Does) {
  EXPECT_THAT(llama3("a\nb"), ElementsAre("a", "\n", "b"));
  EXPECT_THAT(llama3("a \r\n \n  b"), ElementsAre("a", " \r\n \n", " ", " b"));
  EXPECT_THAT(llama3("!\r\n\nx"), ElementsAre("!\r\n\n", "x"));
  EXPECT_THAT(llama3(" ?\n"), ElementsAre(" ?\n"));
  EXPECT_THAT(gpt2("!\r\n\nx"), ElementsAre("!", "\r\n", "\n", "x"));
}

TEST(WordCutter, PutsASymbolBeforeLetters) {
  EXPECT_THAT(llama3("(ab)c--d"), ElementsAre("(ab", ")c", "--", "d"));
  EXPECT_THAT(llama3("e\u0301t\u00e9"), ElementsAre("e", "\u0301t\u00e9"));
  EXPECT_THAT(gpt2("(ab)"), ElementsAre("(", "ab", ")"));
}

TEST(WordCutter, CountsBytesOfNoCharacterAsSymbols) {
  EXPECT_THAT(gpt2("a\xff\xe2\x82 b"), ElementsAre("a", "\xff\xe2\x82", " b"));
  EXPECT_THAT(llama3("a\xff"
                     "b\xc3"),
              ElementsAre("a",
                          "\xff"
                          "b",
                          "\xc3"));
}

TEST(WordCutterDeathTest, NeedsRules) { EXPECT_DEATH(first_word_bytes(WordRules::kNone, "a"), ""); }

TEST(WordCutter, KeepsEveryByteOfRandomTexts) {
  std::mt19937 random(3);
  const std::string_view parts[] = {" ",      "  ",     "\n",   "\r",         "a",     "B",
                                    "'",      "'s",     "1",    "\u00e9",     "!",     "\u00a0",
                                    "\u3000", "\u0661", "\xe2", "\U0001f600", "\u0301"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (auto n = random() % 20; n > 0; --n) text += parts[random() % std::size(parts)];
    for (const WordRules rules : {WordRules::kGpt2, WordRules::kLlama3, WordRules::kSmolLm}) {
      std::string whole;
      for (const std::string& word : words(rules, text)) whole += word;
      ASSERT_EQ(whole, text);
    }
  }
}

}  // namespace
}  // namespace llama
