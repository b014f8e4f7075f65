#include "kernel/settings/words.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace kernel {
namespace {

constexpr std::array<std::string_view, 4> kWords = {"temperature", "top_p", "steps", "seed"};

TEST(Words, LosesBlanksAtBothEndsOnly) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed(" \r\n"), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(Words, ReadsWholeNumbersUpToTheLargest) {
  EXPECT_EQ(parse_unsigned("0"), 0u);
  EXPECT_EQ(parse_unsigned("007"), 7u);
  EXPECT_EQ(parse_unsigned("18446744073709551615"), UINT64_MAX);
}

TEST(Words, TakesNothingElseForAWholeNumber) {
  for (const char* text : {"", "-1", "+1", "1.0", "1 ", "0x10", "ten", "18446744073709551616",
                           "99999999999999999999999"}) {
    EXPECT_FALSE(parse_unsigned(text)) << text;
  }
}

TEST(Words, ReadsFractionsAsTheNearestDouble) {
  EXPECT_EQ(parse_fraction("0.1"), 0.1);
  EXPECT_EQ(parse_fraction("0.85"), 0.85);
  EXPECT_EQ(parse_fraction("12"), 12.0);
  EXPECT_EQ(parse_fraction("-3.5"), -3.5);
  EXPECT_EQ(parse_fraction(".5"), 0.5);
  EXPECT_EQ(parse_fraction("5."), 5.0);
}

TEST(Words, TakesNothingElseForAFraction) {
  for (const char* text :
       {"", "-", ".", "1e3", "nan", "inf", "1,5", "1.2.3", "--1", "1 2", "99999999999999999999"}) {
    EXPECT_FALSE(parse_fraction(text)) << text;
  }
}

TEST(Words, FindsTheWordThatWasMeant) {
  EXPECT_EQ(nearest("temprature", kWords), "temperature");
  EXPECT_EQ(nearest("topp", kWords), "top_p");
  EXPECT_EQ(nearest("step", kWords), "steps");
  EXPECT_EQ(nearest("seed", kWords), "seed");
}

TEST(Words, GuessesNothingWhenAllWordsAreFar) {
  EXPECT_FALSE(nearest("colour", kWords));
  EXPECT_FALSE(nearest("", kWords));
  EXPECT_FALSE(nearest(std::string(1000, 's'), kWords));
  EXPECT_FALSE(nearest("steps", {}));
}

}  // namespace
}  // namespace kernel
