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
