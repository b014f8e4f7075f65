// Tokens that are found in a text as a whole.
#include "llama/text/found_tokens.h"

#include <gmock/gmock.h>

#include "tests/llama/text/test_tokenizer.h"
#include "tests/llama/text/test_vocabulary.h"

namespace llama {
namespace {

using testing::ElementsAre;

// Bytes, and `tokens` that begin with id 257 (256 is BOS).
host::VocabularySource with(std::initializer_list<host::FoundToken> tokens) {
  host::VocabularySource source = make_byte_level(WordRules::kGpt2, {});
  for (host::FoundToken token : tokens) {
    token.id = static_cast<int32_t>(source.tokens.size());
    const bool is_special = (token.flags & kFoundSpecial) != 0;
    source.tokens.push_back(
        {token.text, 0, is_special ? TokenType::kControl : TokenType::kUserDefined});
    source.found.push_back(token);
  }
  return source;
}

TEST(FoundTokens, AreFoundInTextsTheLongestFirst) {
  const TestTokenizer tokenizer(with({{.text = "<t>"}, {.text = "<t>>"}, {.text = "ab"}}));
  EXPECT_THAT(tokenizer.encode("x<t>y"), ElementsAre('x', 257, 'y'));
  EXPECT_THAT(tokenizer.encode("<t>>>"), ElementsAre(258, '>'));
  EXPECT_THAT(tokenizer.encode("<t><t"), ElementsAre(257, '<', 't'));
  EXPECT_THAT(tokenizer.encode("abab"), ElementsAre(259, 259));
  EXPECT_EQ(tokenizer.decode({'x', 257, 259}), "x<t>ab");
}

TEST(FoundTokens, AreTextWhenTheyAreSpecialUnlessAskedFor) {
  const TestTokenizer tokenizer(with({{.flags = kFoundSpecial, .text = "<s>"}, {.text = "s>"}}));
  EXPECT_THAT(tokenizer.encode("a<s>"), ElementsAre('a', '<', 258));
  EXPECT_THAT(tokenizer.encode("a<s>", AddBos::kNo, {.specials = Specials::kFound}),
              ElementsAre('a', 257));
  // BOS is not in the list, but is a control token as well.
  EXPECT_THAT(tokenizer.encode("<|begin_of_text|>a", AddBos::kNo, {.specials = Specials::kFound}),
              ElementsAre(256, 'a'));
}

TEST(FoundTokens, TakeTheWhiteSpaceThatBelongsToThem) {
  const TestTokenizer left(with({{.flags = kFoundLeftSpace, .text = "<m>"}}));
  EXPECT_THAT(left.encode("a \n<m> b"), ElementsAre('a', 257, ' ', 'b'));
  EXPECT_THAT(left.encode(" <m> <m>"), ElementsAre(257, 257));
  const TestTokenizer right(with({{.flags = kFoundRightSpace, .text = "<m>"}}));
  EXPECT_THAT(right.encode("a <m>\u3000 b"), ElementsAre('a', ' ', 257, 'b'));
}

TEST(FoundTokens, StandAloneWhereTheyMustBeWords) {
  const TestTokenizer tokenizer(with({{.flags = kFoundSingleWord, .text = "xx"}}));
  EXPECT_THAT(tokenizer.encode("xx"), ElementsAre(257));
  EXPECT_THAT(tokenizer.encode(".xx,"), ElementsAre('.', 257, ','));
  EXPECT_THAT(tokenizer.encode("axx"), ElementsAre('a', 'x', 'x'));
  EXPECT_THAT(tokenizer.encode("xx_"), ElementsAre('x', 'x', '_'));
  EXPECT_THAT(tokenizer.encode("xx1"), ElementsAre('x', 'x', '1'));
  EXPECT_EQ(tokenizer.encode("\u00e9xx").size(), 4u);
  EXPECT_EQ(tokenizer.encode("xx\u0301").size(), 4u) << "a mark belongs to the word";
  EXPECT_THAT(tokenizer.encode("xxxx"), ElementsAre('x', 'x', 'x', 'x'));
}

// SentencePiece's space before a text, and behind a token that was found.
TEST(FoundTokens, HaveTheSpaceOfATextBehindThem) {
  auto source = make_vocabulary({{" ", -1}, {"a", -2}, {" a", -3}});
  source.tokens.push_back({"<t>", 0, TokenType::kUserDefined});
  source.found = {{.id = 262, .text = "<t>"}};
  const TestTokenizer always(source);
  EXPECT_THAT(always.encode("a<t>a"), ElementsAre(261, 262, 261));
  EXPECT_EQ(always.decode({1, 261, 262, 261}), "a<t>a");
  source.space_at_beginning_only = true;
  const TestTokenizer first(source);
  EXPECT_THAT(first.encode("a<t>a"), ElementsAre(261, 262, 260));
  EXPECT_THAT(first.encode("<t>a"), ElementsAre(262, 260));
  EXPECT_THAT(first.encode("a", AddBos::kNo, {.follows_token = true}), ElementsAre(260));
  EXPECT_EQ(first.decode({1, 261, 262, 260}), "a<t>a");
  source.space_at_beginning_only = false;
  source.space_unless_there = true;
  EXPECT_THAT(TestTokenizer(source).encode(" a<t> a<t>a"), ElementsAre(261, 262, 261, 262, 261));
}

TEST(FoundTokens, RefuseADamagedTable) {
  const auto segment = host::build_tokenizer_segment(
                           with({{.text = "<a>"}, {.flags = kFoundSingleWord, .text = "<b>"}}))
                           .value();
  const auto header = VocabularyHeader::load(segment).value();
  size_t refused = 0;
  for (size_t at = header.tables_at(); at < header.end(); ++at) {
    auto damaged = segment;
    damaged[at] = std::byte{0xff};
    const auto opened = Tokenizer::open(damaged);
    if (!opened.ok()) ++refused;
  }
  EXPECT_GT(refused, 30u);
}

}  // namespace
}  // namespace llama
