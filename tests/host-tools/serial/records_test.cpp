#include "host-tools/serial/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace host {
namespace {

using Kind = ConsoleEvent::Kind;

// The whole stream as one string: console bytes as they are, text in [], records as {name}.
std::string picture(const std::vector<ConsoleEvent>& events) {
  std::string result;
  for (const ConsoleEvent& event : events) {
    if (event.kind == Kind::kConsole) result += event.bytes;
    if (event.kind == Kind::kText) result += "[" + event.bytes + "]";
    if (event.kind == Kind::kRecord) result += "{" + event.name + "}";
  }
  return result;
}

std::string parse(std::string_view stream) {
  RecordParser parser;
  std::vector<ConsoleEvent> events = parser.feed(stream);
  for (ConsoleEvent& event : parser.finish()) events.push_back(event);
  return picture(events);
}

constexpr std::string_view kBegin = "@bl {\"event\":\"begin\"}\n";
constexpr std::string_view kEnd = "\n@bl {\"event\":\"end\",\"reason\":\"stop\",\"tokens\":3}\n";

std::string story(std::string_view text) {
  return std::string(kBegin) + std::string(text) + std::string(kEnd);
}

TEST(RecordParser, PassesOnAConsoleWithoutRecords) {
  EXPECT_EQ(parse("boot\r\n> hello @bl {\"event\":\"begin\"}\r\n"),
            "boot\r\n> hello @bl {\"event\":\"begin\"}\r\n");
}

TEST(RecordParser, TakesTextFromBetweenBeginAndEnd) {
  EXPECT_EQ(parse("hi\n" + story("Once upon a time") + "> "),
            "hi\n{begin}[Once upon a time]{end}> ");
}

TEST(RecordParser, LeavesEveryByteOfTheTextButTheRecordsNewline) {
  for (const std::string text :
       {"", "\n", "\n\n", "a\n", "\r\n", "a\r", "@", "\n@b", "\n@bl", "@bl", "a\n\n@@bl x",
        "\xf0\x9f\x90\xa5", "x @bl {\"event\":\"end\"} y"}) {
    RecordParser parser;
    std::string got;
    for (const ConsoleEvent& event : parser.feed(story(text))) {
      if (event.kind == Kind::kText) got += event.bytes;
    }
    EXPECT_EQ(got, text);
    EXPECT_EQ(picture(parser.feed("> ")), "> ");
  }
}

TEST(RecordParser, GivesTheSameForBytesOneByOne) {
  const std::string stream =
      "log\r\n@bl {\"event\":\"ready\"}\r\n> go\r\n" + story("One\n@bl two\n\nthree\n") + "done\n";
  RecordParser parser;
  std::string text;
  std::string console;
  std::string names;
  for (const char byte : stream) {
    for (const ConsoleEvent& event : parser.feed({&byte, 1})) {
      if (event.kind == Kind::kText) text += event.bytes;
      if (event.kind == Kind::kConsole) console += event.bytes;
      names += event.name + " ";
    }
  }
  EXPECT_EQ(text, "One\n@bl two\n\nthree\n");
  EXPECT_EQ(console, "log\r\n> go\r\ndone\n");
  EXPECT_THAT(names, testing::HasSubstr("ready"));
  EXPECT_THAT(names, testing::HasSubstr("end"));
}

TEST(RecordParser, ReadsFieldsAndLinesThatEndWithCrLf) {
  RecordParser parser;
  const auto events = parser.feed("@bl {\"event\":\"error\",\"message\":\"no card\"}\r\n");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].name, "error");
  EXPECT_EQ(events[0].fields["message"], "no card");
}

TEST(RecordParser, TakesLinesThatOnlyLookLikeRecordsForText) {
  EXPECT_EQ(parse(story("a\n@bl {\"event\":\nb")), "{begin}[a\n@bl {\"event\":\nb]{end}");
  EXPECT_EQ(parse(story("@bl []\n@bl {\"x\":1}\n@bl {\"event\":7}")),
            "{begin}[@bl []\n@bl {\"x\":1}\n@bl {\"event\":7}]{end}");
}

TEST(RecordParser, HoldsNoConsoleBytesBackThatCannotBecomeARecord) {
  RecordParser parser;
  EXPECT_EQ(picture(parser.feed("> ")), "> ");
  EXPECT_EQ(picture(parser.feed("a\n")), "a\n");
  EXPECT_EQ(picture(parser.feed("@b")), "");
  EXPECT_EQ(picture(parser.feed("x")), "@bx");
}

TEST(RecordParser, FindsARecordAfterAPromptThatWasAnsweredWithoutAnEcho) {
  RecordParser parser;
  EXPECT_EQ(picture(parser.feed("> ")), "> ");
  EXPECT_EQ(picture(parser.feed("@bl {\"event\":\"ready\"}\n> ")), "@bl {\"event\":\"ready\"}\n> ");
  parser.begin_line();
  EXPECT_EQ(picture(parser.feed("@bl {\"event\":\"ready\"}\n> ")), "{ready}> ");
}

TEST(RecordParser, EndsATextThatAResetCutOff) {
  RecordParser parser;
  parser.feed(std::string(kBegin) + "Once upon");
  EXPECT_EQ(picture(parser.feed("\r\nboot\r\n@bl {\"event\":\"ready\"}\n> ")),
            "[\r\nboot\r]{ready}> ");
  EXPECT_EQ(picture(parser.feed("a")), "a");
}

TEST(RecordParser, GivesUpWhatItHoldsAtTheEnd) {
  EXPECT_EQ(parse("x\n@bl {\"event\":\"en"), "x\n@bl {\"event\":\"en");
  EXPECT_EQ(parse(std::string(kBegin) + "abc\n"), "{begin}[abc][\n]");
}

}  // namespace
}  // namespace host
