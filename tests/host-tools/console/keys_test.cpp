#include "host-tools/console/keys.h"

#include <gtest/gtest.h>

#include <vector>

namespace host {
namespace {

std::vector<std::string> keys_of(std::string_view bytes) {
  Keys keys;
  keys.feed(bytes);
  std::vector<std::string> result;
  while (const auto key = keys.next(true)) result.push_back(*key);
  return result;
}

using Strings = std::vector<std::string>;

TEST(Keys, PartsWhatATerminalSends) {
  EXPECT_EQ(keys_of("a\xc3\xbc\xf0\x9f\x90\x89\r"),
            (Strings{"a", "\xc3\xbc", "\xf0\x9f\x90\x89", "\r"}));
  EXPECT_EQ(keys_of("\x1b[A\x1b[1;5Dx\x1bOP\x1b[3~"),
            (Strings{"\x1b[A", "\x1b[1;5D", "x", "\x1bOP", "\x1b[3~"}));
  EXPECT_EQ(keys_of("\x1b"
                    "f"),
            (Strings{"\x1b"
                     "f"}));
}

TEST(Keys, SeesTheEscKeyByWhatDoesNotFollow) {
  Keys keys;
  keys.feed("\x1b");
  EXPECT_EQ(keys.next(false), std::nullopt);
  EXPECT_EQ(keys.next(true), "\x1b");
  keys.feed("\x1b");
  EXPECT_EQ(keys.next(false), std::nullopt);
  keys.feed("[A");
  EXPECT_EQ(keys.next(false), "\x1b[A");
  EXPECT_EQ(keys_of("\x1b\x1b\x03"), (Strings{"\x1b", "\x1b", "\x03"}));
}

TEST(Keys, WaitsForTheRestOfACharacter) {
  Keys keys;
  keys.feed("\xc3");
  EXPECT_EQ(keys.next(false), std::nullopt);
  keys.feed("\xbc");
  EXPECT_EQ(keys.next(false), "\xc3\xbc");
  EXPECT_FALSE(keys.has_begun_key());
}

}  // namespace
}  // namespace host
