// The whole way, as users go it: a card, the emulated board, and a story.
#include <gmock/gmock.h>

#include "tests/host-tools/support/program.h"
#include "tests/system/qemu_machine.h"

namespace host {
namespace {

using testing::HasSubstr;

class Story : public QemuMachine {
 protected:
  Story() {
    const Outcome made =
        barellama({"card", "-o", card(), "--kernel", image("kernel.img"), BARELLAMA_DEFAULT_MODEL});
    EXPECT_EQ(made.exit_code, 0) << made.errors;
  }

  std::string card() const { return folder_.path() / "card.img"; }

  static std::string line_with(const std::string& text, const std::string& begin) {
    const size_t at = text.find(begin);
    if (at == std::string::npos) return "no " + begin;
    return text.substr(at, text.find_first_of("\r\n", at) - at);
  }

  TemporaryFolder folder_;
};

TEST_F(Story, IsTheSameOnTheBoardAndOnTheHost) {
  const std::vector<std::string> settings = {
      "--prompt", "The little dragon", "--steps", "60", "--seed", "5", "--hash"};
  std::vector<std::string> on_host = {"run", BARELLAMA_DEFAULT_MODEL};
  std::vector<std::string> on_board = {"emulate", card(), "--timeout", "100"};
  on_host.insert(on_host.end(), settings.begin(), settings.end());
  on_board.insert(on_board.end(), settings.begin(), settings.end());
  const Outcome host = barellama(on_host);
  const Outcome board = barellama(on_board);
  ASSERT_EQ(host.exit_code, 0) << host.errors;
  ASSERT_EQ(board.exit_code, 0) << board.errors;
  EXPECT_THAT(board.output, testing::StartsWith("The little dragon"));
  // The hash of all logits: a line of its own after the text on the host, of the console's here.
  const std::string hash = line_with(board.errors, "logits-hash: ");
  EXPECT_EQ(board.output + hash + "\n", host.output);
  EXPECT_THAT(board.errors, HasSubstr("logits-hash: "));
}

TEST_F(Story, IsToldForEachLineOfStandardInput) {
  const Outcome told = barellama(
      {"emulate", card(), "--steps", "12", "--seed", "1", "--timeout", "100"}, "A cat\nA dog\n");
  ASSERT_EQ(told.exit_code, 0) << told.errors;
  EXPECT_THAT(told.output, testing::StartsWith("A cat"));
  EXPECT_THAT(told.output, HasSubstr("\nA dog"));
}

// Its profile is told after its end.
TEST_F(Story, IsRecordedToItsLastWord) {
  const std::string run = folder_.path() / "run.jsonl";
  const std::string page = folder_.path() / "page.html";
  const Outcome told = barellama({"emulate", card(), "--prompt", "A cat", "--steps", "12", "--set",
                                  "poweroff=1", "--timeout", "100", "--record", run});
  ASSERT_EQ(told.exit_code, 0) << told.errors;
  ASSERT_EQ(barellama({"report", run, "-o", page}).exit_code, 0);
  EXPECT_THAT(read_file(page), testing::Not(HasSubstr("profile is missing")));
}

TEST_F(Story, GoesOnAfterAReboot) {
  const Outcome told = barellama(
      {"emulate", card(), "--steps", "12", "--seed", "1", "--timeout", "100"}, "/reboot\nA dog\n");
  ASSERT_EQ(told.exit_code, 0) << told.errors;
  EXPECT_THAT(told.output, HasSubstr("A dog"));
}

TEST_F(Story, IsGivenUpAtTheTimeout) {
  const Outcome outcome = barellama({"emulate", card(), "--prompt", "A cat", "--timeout", "0.05"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("--timeout"));
}

TEST_F(Story, FailsWithTheBoardsOwnMessage) {
  const Outcome outcome = barellama(
      {"emulate", card(), "--prompt", "A cat", "--set", "model=absent.blm", "--timeout", "100"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output, "");
  EXPECT_THAT(outcome.errors, HasSubstr("absent.blm"));
}

TEST_F(Story, SaysWhyAPromptWasRefused) {
  const Outcome outcome = barellama({"emulate", card(), "--prompt", "A cat and a dog and a mouse",
                                     "--set", "ctx=4", "--timeout", "100"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(
      outcome.errors,
      HasSubstr("reports: tales-1m.blm: the prompt is longer than the context of 4 tokens"));
}

}  // namespace
}  // namespace host
