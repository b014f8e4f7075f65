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

TEST(Words, TellsForeignEncodingsApart) {
  using namespace std::string_view_literals;
  EXPECT_STREQ(foreign_encoding("\xff\xfes\0e\0"sv), "UTF-16");
  EXPECT_STREQ(foreign_encoding("\xfe\xff\0s\0e"sv), "UTF-16");
  EXPECT_STREQ(foreign_encoding("s\0e\0"sv), "UTF-16");
  EXPECT_STREQ(foreign_encoding("seed = 3\0"sv), "not a text");
  EXPECT_STREQ(foreign_encoding("{\\rtf1\\ansi seed = 3}"), "rich text (RTF)");
  for (const char* text : {"", "seed = 3", "\xef\xbb\xbfseed = 3", "caf\xc3\xa9", "caf\xe9"}) {
    EXPECT_EQ(foreign_encoding(text), nullptr) << text;
  }
}

TEST(Words, KnowsWhichFileWasMeant) {
  for (const char* name : {"barellama.ini.txt", "Barellama.INI.TXT", "barellama.txt",
                           "barellama.ini.rtf", "barellama (1).ini", "barellama.ini.ini"}) {
    EXPECT_EQ(meant_file(name), "barellama.ini") << name;
  }
  EXPECT_EQ(meant_file("cmdline.txt.txt"), "cmdline.txt");
  EXPECT_EQ(meant_file("CONFIG.TXT.txt"), "config.txt");
  EXPECT_EQ(meant_file("config (1).txt"), "config.txt");
  for (const char* name : {"barellama.ini", "BARELLAMA.INI", "config.txt", "cmdline.txt",
                           "readme.txt", "config-old.txt", "barellama.lst", "barellama.img",
                           "barellama.ini.before-barellama", "my.ini", ""}) {
    EXPECT_EQ(meant_file(name), "") << name;
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
