// What commands for models have in common, `barellama plan` and `perplexity`, as a user types them.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/host-tools/commands/command_model.h"

namespace host {
namespace {

using testing::HasSubstr;

TEST_F(CommandModel, PlansForABoard) {
  ASSERT_EQ(convert().exit_code, 0);
  const Outcome whole = barellama({"plan", path("story.blm"), "--kv", "q8_0", "--prompt", "5"});
  EXPECT_EQ(whole.exit_code, 0) << whole.errors;
  EXPECT_THAT(whole.output, HasSubstr("positions in q8_0"));
  EXPECT_THAT(whole.output, HasSubstr("a prompt of 5 tokens"));
  EXPECT_THAT(whole.output, HasSubstr("the core is the limit"));
  expect_failure(barellama({"plan", path("story.blm"), "--ram-mib", "0.05"}), 1, "does not fit");
  EXPECT_THAT(barellama({"inspect", path("story.blm")}).output,
              HasSubstr("on a Pi Zero (496 MiB): "));
}

TEST_F(CommandModel, PlansForPrograms) {
  ASSERT_EQ(convert().exit_code, 0);
  const std::vector<std::string> command = {"plan", path("story.blm"), "--json", "--prompt", "5"};
  auto with_positions = command;
  with_positions.insert(with_positions.end(), {"--position", "0", "--position", "7"});
  const Outcome outcome = barellama(with_positions);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const auto plan = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(plan.at("pinned_bytes"), plan.at("matrix_bytes"));
  EXPECT_EQ(plan.at("streamed_bytes"), 0);
  ASSERT_EQ(plan.at("tokens").size(), 2u);
  EXPECT_EQ(plan["tokens"][1]["position"], 7);
  EXPECT_GT(plan["tokens"][1]["total_s"], plan["tokens"][0]["total_s"]);
  EXPECT_EQ(plan.at("prompt").at("tokens"), 5);
  auto beyond = command;
  beyond.insert(beyond.end(), {"--position", "100000"});
  expect_failure(barellama(beyond), 2, "--position 100000: the context has");
}

TEST_F(CommandModel, HelpsWithEachCommand) {
  for (const char* command : {"convert", "inspect", "plan", "prune", "run"}) {
    const Outcome help = barellama({command, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.output, HasSubstr(command));
    EXPECT_EQ(help.errors, "");
    EXPECT_EQ(barellama({command}).exit_code, 2);
    EXPECT_EQ(barellama({command, "x", "--no-such-option"}).exit_code, 2);
  }
}

TEST_F(CommandModel, PerplexityOfATextFromAFile) {
  ASSERT_EQ(convert().exit_code, 0);
  write_file(path("text.txt"), "a b a b a b a b a b a b");
  const auto measure = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"perplexity", path("story.blm"), "--text", path("text.txt")};
    words.insert(words.end(), more.begin(), more.end());
    return barellama(words);
  };
  const Outcome shown = measure({});
  EXPECT_EQ(shown.exit_code, 0) << shown.errors;
  EXPECT_THAT(shown.output, testing::ContainsRegex("^perplexity [0-9.]+ over [0-9]+ tokens"));
  EXPECT_NE(measure({"--kv", "q8_0"}).output, shown.output);
  EXPECT_THAT(measure({"--ctx", "4", "--json"}).output, HasSubstr("\"context\":4"));
  write_file(path("text.txt"), "caf\xe9");
  expect_failure(measure({}), 1, "text.txt: is not valid UTF-8 from byte 3 on");
  write_file(path("text.txt"), "");
  expect_failure(measure({}), 1, "text.txt: there is no token to predict");
  std::filesystem::remove(path("text.txt"));
  expect_failure(measure({}), 1, "text.txt");
}

}  // namespace
}  // namespace host
