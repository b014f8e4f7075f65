// `barellama console` as scripts and people use it, with a board of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "host-tools/serial/port.h"
#include "tests/host-tools/console/terminal_program.h"
#include "tests/host-tools/serial/fake_board.h"
#include "tests/host-tools/support/program.h"

namespace host {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using Strings = std::vector<std::string>;

constexpr std::string_view kReady = "@bl {\"event\":\"ready\"}\n> ";

class CommandConsole : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.path() / name; }
  // With a limit, so that what hangs fails.
  Outcome console(Strings arguments, const std::string& input = "",
                  const std::string& timeout = "20") {
    const Strings common = {"console", "--port", board_.port(), "--timeout", timeout};
    arguments.insert(arguments.begin(), common.begin(), common.end());
    return barellama(arguments, input);
  }
  TerminalProgram at_terminal(Strings arguments = {}) {
    const Strings common = {BARELLAMA_PROGRAM, "console", "--port", board_.port()};
    arguments.insert(arguments.begin(), common.begin(), common.end());
    return TerminalProgram(arguments, {{"XDG_STATE_HOME", path("state")}, {"TERM", "vt100"}});
  }

  TemporaryFolder folder_;
  FakeBoard board_{path("board")};
};

TEST_F(CommandConsole, KnocksSendsALineAndEndsWithThePattern) {
  board_.answers["/mem"] = "  free 12 bytes\r\nmore\r\n> ";
  const Outcome outcome = console({"--send", "/mem", "--until", "^\\s+free \\d+"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("> /mem\n  free 12 bytes\n"));
  EXPECT_EQ(board_.received(), "\r\x15\x01/mem\r");
}

TEST_F(CommandConsole, SaysWhatDidNotCome) {
  board_.say("boot\r\n> ");
  Outcome outcome = console({"--send", "/mem", "--until", "gold"}, "", "0.5");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("\"gold\" did not come"));
  board_.answers["hang"] = "...";
  outcome = console({"--send", "hang", "--send", "next"}, "", "2");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("the prompt to send \"next\" did not come"));
}

TEST_F(CommandConsole, WaitsForTheAnswerToItsLastLine) {
  board_.say("> ");
  board_.answers["a"] = "first\r\n> ";
  board_.answers["b"] = "second\r\n> ";
  EXPECT_THAT(console({"--send", "a", "--send", "b"}).output,
              HasSubstr("> a\nfirst\n> b\nsecond\n> "));
  // The same from a file of lines.
  EXPECT_THAT(console({}, "a\n\nb\n").output, HasSubstr("> a\nfirst\n> b\nsecond\n> "));
}

TEST_F(CommandConsole, SendsControlCWithoutWaiting) {
  board_.say("Once upon a time");
  const Outcome outcome = console({"--until", "time", "--send", "\x03", "--until", "\\^C"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(board_.received(), "\x03");
}

TEST_F(CommandConsole, ShowsWhatComesWhenItIsAskedForNothing) {
  board_.say("wait\xff for\r\nme");
  const Outcome outcome = console({}, "", "0.5");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, "wait\xef\xbf\xbd for\nme");
  board_.say("wait\xff for\r\nme");
  EXPECT_EQ(console({"--raw"}, "", "0.5").output, "wait\xff for\r\nme");
}

TEST_F(CommandConsole, TakesRecordsOutHoweverTheyAreCut) {
  board_.is_slow = true;
  board_.say("boot\r\n> ");
  board_.answers["/set records 1"] = kReady;
  board_.answers["Go"] =
      "@bl {\"event\":\"begin\"}\nOnce\n@bl is not a record\n@bl {\"event\":\"end\",\"tokens\":3}\n"
      "[3 tokens]\r\n" +
      std::string(kReady);
  const Outcome outcome = console({"--record", path("run.jsonl"), "--send", "Go"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(outcome.errors, "");
  EXPECT_EQ(outcome.output, "boot\n> Go\nOnce\n@bl is not a record\n[3 tokens]\n> ");
  board_.await("/set records 0\r");
  EXPECT_EQ(board_.received(), "\x15\x01/set records 1\r\x15\x01Go\r\x15\x01/set records 0\r");
  std::istringstream lines(read_file(path("run.jsonl")));
  Strings events;
  for (std::string line; std::getline(lines, line);) {
    const auto fields = nlohmann::json::parse(line);
    events.push_back(fields["event"]);
    EXPECT_GT(fields["t"], 1.7e9);
  }
  EXPECT_EQ(events, (Strings{"ready", "begin", "end", "ready"}));
}

TEST_F(CommandConsole, GoesOnWithABoardThatKnowsNoRecords) {
  board_.say("> ");
  const Outcome outcome = console({"--record", path("run.jsonl"), "--send", "Go"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.errors, HasSubstr("sends no records"));
  EXPECT_EQ(read_file(path("run.jsonl")), "");
}

TEST_F(CommandConsole, LogsEveryByteWithTheTimeOfItsLine) {
  write_file(path("log"), "before\n");
  board_.say("b\xff\r\n> ");
  board_.answers["Go"] = "went\r\n> ";
  EXPECT_EQ(console({"--log", path("log"), "--send", "Go"}).exit_code, 0);
  const std::string time = "20..-..-.. ..:..:..\\....";
  EXPECT_THAT(read_file(path("log")),
              MatchesRegex("before\n" + time + "   b\xff\r\n" + time + "   > \n" + time +
                           " > Go\n" + time + "   went\r\n" + time + "   > "));
}

TEST_F(CommandConsole, WaitsForAnAdapterThatComesBack) {
  board_.answers["a"] = "x\r\n> ";
  std::thread hand([this] {
    board_.await(
        "\x01"
        "a\r");
    board_.unplug();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    board_.answers["b"] = "done\r\n> ";
    board_.plug();
  });
  const Outcome outcome = console({"--send", "a", "--until", "never|again"}, "", "4");
  hand.join();
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("board is gone; waiting for it to come back]"),
                                    HasSubstr("board is back]")));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(console({"--send", "b", "--until", "done"}).exit_code, 0);
}

TEST_F(CommandConsole, SaysThatThereIsNoRoomForItsFiles) {
  board_.say("> ");
  for (const char* const option : {"--log", "--record"}) {
    board_.answers["/set records 1"] = kReady;
    const Outcome outcome = console({option, "/dev/full", "--send", "Go"});
    EXPECT_EQ(outcome.exit_code, 3) << option;
    EXPECT_THAT(outcome.errors, HasSubstr("/dev/full: can't be written to: No space left"));
    board_.say("> ");
  }
}

TEST_F(CommandConsole, SendsLinesOfAnyEditor) {
  board_.say("> ");
  EXPECT_EQ(console({}, "\xef\xbb\xbf/mem\r\n\r\nGo\r\n").exit_code, 0);
  board_.say("> ");
  EXPECT_EQ(console({"--send", "\xef\xbb\xbf/help\r\n"}).exit_code, 0);
  EXPECT_EQ(board_.received(), "\x15\x01/mem\r\x15\x01Go\r\x15\x01/help\r");
  const Outcome outcome = console({}, std::string("\xff\xfeG\0o\0", 6));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.errors, HasSubstr("standard input: is UTF-16"));
}

TEST_F(CommandConsole, HintsAtTheWiringOfABoardThatIsSilent) {
  board_.answers[""] = "";  // not even to a Return
  const Outcome outcome = console({}, "", "6");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, "");
  EXPECT_THAT(outcome.errors, MatchesRegex("\\[[^[]*no byte has come for 5 s[^[]*pin 6[^[]*pin 8"
                                           "[^[]*pin 10[^[]*3.3 V[^[]*\\]\n"));
}

TEST_F(CommandConsole, GivesNoHintOnceAByteHasCome) {
  board_.say("x");
  EXPECT_EQ(console({}, "", "6").errors, "");
}

TEST_F(CommandConsole, SaysThatThereIsNoAdapter) {
  if (std::filesystem::exists("/dev/serial/by-id")) GTEST_SKIP() << "an adapter is plugged in";
  expect_failure(barellama({"console"}), 3, "there is no USB-serial adapter; plug one in");
  const TemporaryFolder folder;
  const std::string kernel = folder.path() / "kernel.img";
  std::string image(28, '\0');
  image.replace(4, 8, "barellam");
  image.replace(12, 12, std::string("\0\x80\0\0\x1c\0\0\0\0\0\x01\0", 12));
  write_file(kernel, image);
  expect_failure(barellama({"push", kernel}), 1, "there is no USB-serial adapter; plug one in");
}

TEST_F(CommandConsole, HasExitCodesForWhatIsWrong) {
  Outcome outcome = barellama({"console", "--port", path("none")});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.errors, HasSubstr("does not exist"));
  outcome = console({"--until", "("});
  EXPECT_EQ(outcome.exit_code, 2);
  outcome = console({"--log", path("no/log")});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.errors, HasSubstr("no/log: can't be written to"));
  const auto port = open_port(board_.port());
  outcome = console({});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.errors, HasSubstr("(" + std::to_string(::getpid()) + "); end that first"));
}

// ---- At a terminal

TEST_F(CommandConsole, EditsALineAndSendsItWhole) {
  auto program = at_terminal();
  program.expect("Ctrl-] leaves");
  program.expect("\r> ");
  program.type("dragn\x1b[Do\r");
  board_.await(
      "\x15\x01"
      "dragon\r");
  program.expect("\r> ");
  // From the history, beginning with a character of two bytes.
  program.type("\x1b[A\x01\xc3\xa4\r");
  board_.await(
      "\x15\x01\xc3\xa4"
      "dragon\r");
  program.expect("\r> ");
  program.type("\x1d");
  EXPECT_EQ(program.wait(), 0) << program.screen();
  EXPECT_TRUE(program.is_line_terminal());
  EXPECT_THAT(read_file(path("state") + "/barellama/history"), HasSubstr("dragon\n"));
  EXPECT_EQ(board_.received(),
            "\r\x15\x01"
            "dragon\r\x15\x01\xc3\xa4"
            "dragon\r");
}

TEST_F(CommandConsole, TakesTheLineAwayWhileTheBoardSpeaks) {
  board_.say("> ");
  auto program = at_terminal();
  program.expect("\r> ");
  program.type("half");
  program.expect("half");
  board_.say("\r\n[card is gone]\r\n> ");
  EXPECT_THAT(program.expect("[card is gone]\r\n> "), HasSubstr("\r\x1b[J> \r\n"));
  program.expect("\r> half");
  program.type(" a line\r");
  board_.await("\x01half a line\r");
  program.type("\x1d");
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(CommandConsole, StopsAStoryAtOnceAndKeepsOtherKeys) {
  board_.say("> ");
  board_.answers["Go"] = "Once upon";
  auto program = at_terminal();
  program.expect("\r> ");
  program.type("Go\r");
  program.expect("Once upon");
  program.type("next");
  program.type("\x1b");  // Esc, alone
  board_.await("\x03");
  program.expect("^C\r\n> ");
  program.expect("\r> next");
  program.type("\x03");  // drops it
  program.expect("^C\r\n> ");
  program.expect("\r> ");
  program.type("\x04");
  EXPECT_EQ(program.wait(), 0);
  EXPECT_EQ(board_.received(), "\x15\x01Go\r\x03\x03");
  EXPECT_THAT(program.screen(), Not(HasSubstr("\r\r\n")));
}

TEST_F(CommandConsole, PassesEveryKeyButOneWhenItIsRaw) {
  auto program = at_terminal({"--raw"});
  program.expect("Ctrl-] leaves");
  program.type("a\x03\x1b[A\x01");
  board_.await("a\x03\x1b[A\x01");
  program.type("\x1d");
  EXPECT_EQ(program.wait(), 0);
  EXPECT_TRUE(program.is_line_terminal());
}

}  // namespace
}  // namespace host
