#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "host-tools/support/files.h"
#include "tests/host-tools/support/program.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::Not;

class CommandReport : public testing::Test {
 protected:
  CommandReport() { write_file(path("run.jsonl"), read_file(BARELLAMA_GOLDEN "/run.jsonl")); }

  std::string path(const std::string& name) const { return folder_.path() / name; }
  Outcome report(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "report");
    return barellama(arguments);
  }

  TemporaryFolder folder_;
};

TEST_F(CommandReport, WritesAPageBesideTheRecording) {
  const Outcome outcome = report({path("run.jsonl")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(outcome.output, path("run.html") + ": 3 answers\n");
  EXPECT_EQ(outcome.errors, "");
  EXPECT_THAT(read_file(path("run.html")), HasSubstr("From run.jsonl"));
}

TEST_F(CommandReport, WritesPageAndTraceWhereItIsTold) {
  const Outcome outcome =
      report({path("run.jsonl"), "-o", path("a.html"), "--trace", path("a.json")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_TRUE(std::filesystem::exists(path("a.html")));
  EXPECT_FALSE(std::filesystem::exists(path("run.html")));
  EXPECT_TRUE(nlohmann::json::parse(read_file(path("a.json"))).contains("traceEvents"));
}

TEST_F(CommandReport, TakesOnlyTheAnswersThatAreAskedFor) {
  EXPECT_EQ(report({"--answer", "3", path("run.jsonl")}).output, path("run.html") + ": 1 answer\n");
  const std::string page = read_file(path("run.html"));
  EXPECT_THAT(page, HasSubstr("stories15M"));
  EXPECT_THAT(page, Not(HasSubstr("tales-1m")));
  expect_failure(report({path("run.jsonl"), "--answer", "4"}), 1, "no answer 4; it holds 3");
}

TEST_F(CommandReport, TellsOfACutLastLine) {
  const std::string whole = read_file(path("run.jsonl"));
  write_file(path("run.jsonl"), whole + R"({"event":"pa)");
  const Outcome outcome = report({path("run.jsonl")});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.errors,
              HasSubstr("run.jsonl: skipped 1 line of 61; line 61: the line is cut"));
}

TEST_F(CommandReport, SaysWhatIsWrongWithARecording) {
  expect_failure(report({path("absent.jsonl")}), 1, "absent.jsonl");
  expect_failure(report({folder_.path()}), 1, folder_.path());
  write_file(path("empty.jsonl"), "");
  expect_failure(report({path("empty.jsonl")}), 1, "empty.jsonl: the file is empty");
  write_file(path("log.txt"), "barellama\n> ");
  expect_failure(report({path("log.txt")}), 1, "log.txt:1: this is not a JSON object");
  write_file(path("plain.jsonl"), R"({"event":"ready"})"
                                  "\n");
  expect_failure(report({path("plain.jsonl")}), 1, "/set records on");
  EXPECT_FALSE(std::filesystem::exists(path("plain.html")));
}

TEST_F(CommandReport, NeverWritesOverTheRecording) {
  const std::string before = read_file(path("run.jsonl"));
  expect_failure(report({path("run.jsonl"), "-o", path("run.jsonl")}), 1, "is the same file");
  expect_failure(report({path("run.jsonl"), "--trace", path("run.jsonl")}), 1, "is the same file");
  expect_failure(report({path("run.jsonl"), "-o", path("x"), "--trace", path("x")}), 1,
                 "is the same file");
  EXPECT_EQ(read_file(path("run.jsonl")), before);
}

TEST_F(CommandReport, SaysWhatIsWrongWithItsOptions) {
  expect_failure(report({}), 2, "recording");
  expect_failure(report({path("run.jsonl"), "--answer", "-1"}), 2, "--answer");
  expect_failure(report({path("run.jsonl"), "-o", path("no/such/x.html")}), 1, "no/such");
}

}  // namespace
}  // namespace host
