// Whatever is typed: a story, a message, or nothing; the prompt lives.
#include <random>

#include "tests/kernel/console/console_fixture.h"

namespace kernel {
namespace {

using testing::HasSubstr;
using testing::Not;

class BadInput : public ConsoleTest {
 protected:
  void SetUp() override {
    ConsoleTest::SetUp();
    if (IsSkipped()) return;
    insert_with_ini("autostart = 0\n");
    console_.start();
  }
  void expect_story() {
    EXPECT_THAT(
        console_.say("a b"),
        HasSubstr("\n" + told("a b", 20, {.temperature = 0.8f, .top_p = 0.9f, .seed = 3}) + "\n["));
  }
};

TEST_F(BadInput, APromptLongerThanTheContextIsRefusedWithTheLimit) {
  const std::string console = console_.say(std::string(200, '7'));
  EXPECT_THAT(console, HasSubstr("error: tales.blm: the prompt is longer than the context of 64 "
                                 "tokens; shorten it"));
  EXPECT_THAT(console, Not(HasSubstr("first after")));
  expect_story();
}

TEST_F(BadInput, APromptAsLongAsTheContextIsTold) {
  // BOS, the space before the text, and a byte token for each digit.
  EXPECT_THAT(console_.say(std::string(62, '7')),
              HasSubstr("[0 tokens: steps or ctx end with the prompt, after"));
  EXPECT_THAT(console_.say(std::string(63, '7')), HasSubstr("longer than the context"));
}

TEST_F(BadInput, BytesThatAreNoUtf8AreRefusedWithTheirPlace) {
  EXPECT_THAT(console_.say("caf\xe9"),
              HasSubstr("the prompt is not valid UTF-8 at byte 3; set the terminal to UTF-8"));
  EXPECT_THAT(console_.say("\xc0\x80"), HasSubstr("at byte 0"));
  expect_story();
}

TEST_F(BadInput, EmptyLinesTellNothing) {
  EXPECT_EQ(console_.say(""), "> \n> ");
  EXPECT_EQ(console_.say("  \t "), ">     \n> ");
  expect_story();
}

TEST_F(BadInput, ALineThatIsFarTooLongIsCutAndTheRestIsKept) {
  EXPECT_THAT(console_.say(std::string(5'000, 'a')), HasSubstr("longer than the context"));
  expect_story();
}

TEST_F(BadInput, AnyBytesLeaveThePromptAlive) {
  std::mt19937 random(11);
  console_.say("/set steps 4");
  std::string noise;
  for (int i = 0; i < 10'000; ++i) noise += static_cast<char>(random());
  console_.say(noise);
  // Whatever the noise left unfinished.
  console_.say("\x03");
  EXPECT_TRUE(fakes::is_alive(console_, machine_));
  console_.say("/set steps 20");
  expect_story();
}

TEST_F(BadInput, AnyBytesDuringAStoryLeaveThePromptAlive) {
  std::mt19937 random(12);
  std::string noise;
  for (int i = 0; i < 5'000; ++i) {
    const char c = static_cast<char>(random());
    if (c != '\x03' && c != '\x1b') noise += c;
  }
  machine_.type_when_shown("\na", noise);
  console_.say("a");
  console_.say("\x03");
  EXPECT_TRUE(fakes::is_alive(console_, machine_));
  expect_story();
}

}  // namespace
}  // namespace kernel
