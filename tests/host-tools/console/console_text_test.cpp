#include "host-tools/console/console_text.h"

#include <gtest/gtest.h>

namespace host {
namespace {

std::string shown(std::string_view bytes) {
  ScreenText screen;
  std::string text = screen.feed(bytes);
  return text + screen.finish();
}

TEST(ScreenText, EndsLinesWithALineFeedAlone) {
  EXPECT_EQ(shown("a\r\nb\n\r\n"), "a\nb\n\n");
  EXPECT_EQ(shown("loading\rloading: 5 %\r"), "loading\rloading: 5 %\r");
  EXPECT_EQ(shown("a\r\r\n"), "a\r\n");
}

TEST(ScreenText, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(shown("gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x89"), "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x89");
  EXPECT_EQ(shown("a\xff\x80z"), "a\xef\xbf\xbd\xef\xbf\xbdz");
  EXPECT_EQ(shown("\xe6\xbc"), "\xef\xbf\xbd");
  // The first byte of a character, and then another character.
  EXPECT_EQ(shown("\xe6\xbc\x41"), "\xef\xbf\xbd\x41");
  // A surrogate, and an A in two bytes: three and two wrong ones.
  EXPECT_EQ(shown("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(shown("\xc1\x81"), "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(ScreenText, GivesTheSameForBytesOneByOne) {
  const std::string stream = "\r\nx\rz\xc3\xbc\xf0\x9f\x90\x89\xf0\x9f|\r\n\xe6";
  ScreenText screen;
  std::string text;
  for (const char byte : stream) text += screen.feed({&byte, 1});
  EXPECT_EQ(text + screen.finish(), shown(stream));
}

using Clock = PromptWatch::Clock;

TEST(PromptWatch, WaitsForQuietBehindAPrompt) {
  PromptWatch watch;
  const Clock::time_point start{std::chrono::seconds(100)};
  watch.feed("boot\n> ", start);
  EXPECT_TRUE(watch.is_prompt());
  EXPECT_EQ(watch.ready_at(), start + PromptWatch::kQuiet);
  watch.feed("said the fox\n", start);
  EXPECT_EQ(watch.ready_at(), Clock::time_point::max());
}

TEST(PromptWatch, TakesTheWordOfARecord) {
  PromptWatch watch;
  const Clock::time_point start{std::chrono::seconds(100)};
  watch.announce();
  watch.feed("> ", start);
  EXPECT_EQ(watch.ready_at(), start);
  watch.answer();
  EXPECT_FALSE(watch.is_prompt());
  watch.feed("text\n> ", start);
  EXPECT_EQ(watch.ready_at(), start + PromptWatch::kQuiet);
}

TEST(PromptWatch, SeesAPromptOnlyOnALineOfItsOwn) {
  for (const std::string_view text : {"a> ", ">", "> x", " > ", ">> "}) {
    PromptWatch watch;
    watch.feed(text, Clock::now());
    EXPECT_FALSE(watch.is_prompt()) << text;
  }
  for (const std::string_view text : {"> ", "layer 7\r\x1b[K> ", "\x1b[1m> "}) {
    PromptWatch watch;
    watch.feed(text, Clock::now());
    EXPECT_TRUE(watch.is_prompt()) << text;
  }
}

}  // namespace
}  // namespace host
