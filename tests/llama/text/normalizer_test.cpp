// What is done to a text before it becomes tokens.
#include "llama/text/normalizer.h"

#include <gmock/gmock.h>

#include "base/bytes.h"
#include "host-tools/model/text_stages.h"
#include "tests/llama/text/test_tokenizer.h"
#include "tests/llama/text/test_vocabulary.h"

namespace llama {
namespace {

// The text that the bytes of the tokens are.
std::string normalized(const std::vector<host::NormalizerPart>& steps, std::string_view text) {
  host::VocabularySource source = make_byte_level(WordRules::kGpt2, {});
  source.normalizer = steps;
  const TestTokenizer tokenizer(source);
  return tokenizer.decode(tokenizer.encode(text));
}

std::string normalized(const nlohmann::json& stages, std::string_view text) {
  const nlohmann::json file = {{"normalizer", {{"type", "Sequence"}, {"normalizers", stages}}}};
  return normalized(host::read_normalizer(file, "test"), text);
}

TEST(Normalizer, ComposesAsUnicodesFormC) {
  const auto nfc = [](std::string_view text) { return normalized({host::nfc_step()}, text); };
  EXPECT_EQ(nfc("e\u0301"), "\u00e9");
  EXPECT_EQ(nfc("\u212b"), "\u00c5") << "one that becomes another";
  EXPECT_EQ(nfc("\u0958"), "\u0915\u093c") << "one that stays in parts";
  EXPECT_EQ(nfc("s\u0307\u0323"), "\u1e69") << "marks in the wrong order";
  EXPECT_EQ(nfc("a\u0315\u0300\u05ae\u0300b"), "\u00e0\u05ae\u0300\u0315b");
  EXPECT_EQ(nfc("\u1100\u1161\u11a8"), "\uac01") << "a syllable of Hangul";
  EXPECT_EQ(nfc("\u1e9b\u0323"), "\u1e9b\u0323");
  EXPECT_EQ(nfc("\u0301\u0300"), "\u0301\u0300") << "marks of nothing";
  EXPECT_EQ(nfc("plain \xff text"), "plain \xff text");
  EXPECT_EQ(nfc(""), "");
}

TEST(Normalizer, TakesStepsOneAfterTheOther) {
  using nlohmann::json;
  EXPECT_EQ(normalized(json::array({{{"type", "Lowercase"}}}), "AbC \u00c9\u0130 \u1e9e"),
            "abc \u00e9i\u0307 \u00df");
  const json replace = {{"type", "Replace"}, {"pattern", {{"String", "aa"}}}, {"content", "b"}};
  EXPECT_EQ(normalized(json::array({replace}), "aaaXa"), "baXa");
  const json prepend = {{"type", "Prepend"}, {"prepend", "_"}};
  EXPECT_EQ(normalized(json::array({prepend}), "x"), "_x");
  EXPECT_EQ(normalized(json::array({prepend}), ""), "");
  const json strip = {{"type", "Strip"}, {"strip_left", true}, {"strip_right", true}};
  EXPECT_EQ(normalized(json::array({strip, prepend}), " \u3000x y\n"), "_x y");
  EXPECT_EQ(normalized(json::array({strip, prepend}), "  \n"), "");
  EXPECT_EQ(normalized(json::array({{{"type", "Lowercase"}}, replace}), "AAA"), "ba");
}

TEST(Normalizer, SaysThatATextBecomesTooLong) {
  host::VocabularySource source = make_byte_level(WordRules::kGpt2, {});
  const nlohmann::json file = {
      {"normalizer",
       {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "0123456789"}}}};
  source.normalizer = host::read_normalizer(file, "test");
  const TestTokenizer tokenizer(source);
  std::vector<std::byte> memory(tokenizer.get().scratch_bytes(100) + 2 * base::Arena::kAlignment);
  void* aligned = memory.data();
  size_t space = memory.size();
  std::align(base::Arena::kAlignment, space - base::Arena::kAlignment, aligned, space);
  base::Arena arena(std::span(static_cast<std::byte*>(aligned), space - base::Arena::kAlignment));
  std::vector<int32_t> ids(tokenizer.get().max_tokens(100));
  const auto refused =
      tokenizer.get().encode(std::string(100, 'a'), AddBos::kNo, arena, ids).status();
  EXPECT_EQ(refused.code(), base::ErrorCode::kOutOfRange);
  EXPECT_THAT(refused.text(), testing::HasSubstr("shorten it"));
}

TEST(Normalizer, RefusesStepsThatItDoesNotKnow) {
  std::vector<std::byte> table(8);
  table[0] = std::byte{99};
  EXPECT_EQ(Normalizer::open(table).status().code(), base::ErrorCode::kUnsupported);
  table[0] = std::byte{4};
  EXPECT_EQ(Normalizer::open(table).status().code(), base::ErrorCode::kCorrupt);
  table.resize(5);
  EXPECT_EQ(Normalizer::open(table).status().code(), base::ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace llama
