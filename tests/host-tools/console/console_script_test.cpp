#include "host-tools/console/console_script.h"

#include <gtest/gtest.h>

#include "host-tools/support/failure.h"

namespace host {
namespace {

constexpr auto kSend = ScriptStep::Kind::kSend;
constexpr auto kUntil = ScriptStep::Kind::kUntil;

TEST(Script, GoesStepByStep) {
  Script script({{kUntil, "model: \\S+"}, {kSend, "/mem"}, {kUntil, "in all"}});
  EXPECT_EQ(script.to_send(), nullptr);
  script.feed("boot\nmodel: ta");
  ASSERT_NE(script.to_send(), nullptr);
  EXPECT_EQ(*script.to_send(), "/mem");
  script.sent();
  EXPECT_EQ(script.to_send(), nullptr);
  EXPECT_FALSE(script.is_done());
  script.feed("in a");
  EXPECT_FALSE(script.is_done());
  script.feed("ll");
  EXPECT_TRUE(script.is_done());
  EXPECT_FALSE(script.ends_with_send());
}

TEST(Script, MatchesOnlyWhatComesAfterTheStepBefore) {
  Script script({{kUntil, "a"}, {kUntil, "a"}, {kSend, "x"}, {kUntil, "b"}});
  script.feed("ab");
  EXPECT_EQ(script.to_send(), nullptr);
  script.feed("ab");
  ASSERT_NE(script.to_send(), nullptr);
  script.sent();
  script.feed("a");
  EXPECT_FALSE(script.is_done());
  script.feed("b");
  EXPECT_TRUE(script.is_done());
}

TEST(Script, KnowsBeginsAndEndsOfLines) {
  Script script({{kUntil, "^b$"}});
  script.feed("ab\nb");
  EXPECT_FALSE(script.is_done()) << "the line may go on";
  script.feed("c\nb\n");
  EXPECT_TRUE(script.is_done());
}

TEST(Script, BeginsALineBehindThePromptThatItAnswered) {
  Script script({{kSend, "x"}, {kUntil, "^b"}});
  script.feed("> ");
  script.sent();
  script.feed("b");
  EXPECT_TRUE(script.is_done());
}

TEST(Script, LivesWithMoreTextThanAnyMatcher) {
  Script script({{kUntil, "(x|y)*end"}});
  const std::string block(4096, 'x');
  for (int i = 0; i < 3; ++i) script.feed(block);
  EXPECT_FALSE(script.is_done());
  script.feed("end");
  EXPECT_TRUE(script.is_done());
}

TEST(Script, RefusesWhatIsNoPattern) {
  try {
    const Script script({{kUntil, "(a"}});
    FAIL() << script.is_done();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit_code(), 2);
  }
}

TEST(Script, SendsControlKeysAtAnyTime) {
  EXPECT_TRUE(is_control_key("\x03"));
  EXPECT_FALSE(is_control_key("x"));
  EXPECT_FALSE(is_control_key("\x03\x03"));
  EXPECT_FALSE(is_control_key(""));
}

}  // namespace
}  // namespace host
