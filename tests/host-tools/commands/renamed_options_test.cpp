// Options that had another name once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "host-tools/support/files.h"
#include "tests/host-tools/support/program.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::Not;

// Command, name, old name.
struct Renamed {
  const char* command;
  const char* name;
  const char* old_name;
};

class RenamedOption : public testing::TestWithParam<Renamed> {};

TEST_P(RenamedOption, IsShownByItsNameAlone) {
  const std::string help = barellama({GetParam().command, "--help"}).output;
  EXPECT_THAT(help, HasSubstr(GetParam().name + std::string(" ")));
  EXPECT_THAT(help, Not(HasSubstr(GetParam().old_name)));
}

// Both are read: neither is an unknown option, and what neither can be is refused by name.
TEST_P(RenamedOption, IsAcceptedByEitherName) {
  for (const std::string name : {GetParam().name, GetParam().old_name}) {
    const Outcome outcome = barellama({GetParam().command, "absent", name, "-1"});
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.errors, HasSubstr(name + ": "));
    EXPECT_THAT(outcome.errors, Not(HasSubstr("not expected")));
  }
}

INSTANTIATE_TEST_SUITE_P(Commands, RenamedOption,
                         testing::Values(Renamed{"plan", "--ram-mib", "--ram-mb"},
                                         Renamed{"run", "--ram-mib", "--ram-mb"},
                                         Renamed{"emulate", "--ram-mib", "--ram-mb"},
                                         Renamed{"convert", "--tile-kib", "--tile-kb"},
                                         Renamed{"synth", "--part-mib", "--part-mb"}),
                         [](const auto& renamed) { return std::string(renamed.param.command); });

TEST(RenamedOptions, MeanTheSameByEitherName) {
  const TemporaryFolder folder;
  const auto synth = [&](const std::string& option, const std::string& name) {
    const std::string path = folder.path() / name;
    const Outcome outcome =
        barellama({"synth", "--shape", "stories260k", "--type", "q8_0", option, "2", "-o", path});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    return read_file(path);
  };
  const std::string now = synth("--tile-kib", "now.blm");
  EXPECT_EQ(now, synth("--tile-kb", "now.blm"));
  const std::string model = folder.path() / "now.blm";
  for (const std::string name : {"--ram-mib", "--ram-mb"}) {
    const Outcome plan = barellama({"plan", model, name, "0.05"});
    EXPECT_EQ(plan.exit_code, 1);
    EXPECT_THAT(plan.errors, HasSubstr("does not fit"));
  }
}

}  // namespace
}  // namespace host
