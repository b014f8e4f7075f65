#include "host-tools/support/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "host-tools/support/failure.h"
#include "tests/host-tools/support/program.h"

namespace host {
namespace {

using testing::HasSubstr;

std::string failure_of(const std::vector<std::string>& command) {
  Interrupts interrupts;
  try {
    run(command, interrupts);
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

TEST(Run, GivesBackTheOutput) {
  Interrupts interrupts;
  EXPECT_EQ(run({"/bin/sh", "-c", "echo $WORD; echo not this >&2"}, interrupts, {"WORD=a b"}),
            "a b\n");
}

TEST(Run, ReadsMoreThanAPipeHolds) {
  Interrupts interrupts;
  EXPECT_EQ(run({"/bin/sh", "-c", "head -c 300000 /dev/zero | tee /dev/stderr"}, interrupts).size(),
            300000u);
}

TEST(Run, FailsWithWhatTheProgramSays) {
  EXPECT_THAT(failure_of({"/bin/sh", "-c", "echo no room >&2; exit 3"}),
              HasSubstr("/bin/sh failed (3): no room"));
  EXPECT_THAT(failure_of({"/bin/sh", "-c", "kill -9 $$"}), HasSubstr("(137)"));
  EXPECT_THAT(failure_of({"/no/such/program"}), HasSubstr("(127)"));
}

TEST(Run, EndsWhenASignalComes) {
  Interrupts interrupts;
  ::raise(SIGINT);
  try {
    run({"/bin/sleep", "100"}, interrupts);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.exit_code(), 128 + SIGINT);
  }
}

TEST(FindProgram, NamesThePackageOfWhatIsMissing) {
  EXPECT_EQ(find_program("sh", "dash").substr(0, 1), "/");
  try {
    find_program("no-such-program", "some-package");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_THAT(failure.what(), HasSubstr("package some-package"));
  }
}

TEST(Subprocess, TellsWhenNobodyReadsItsInput) {
  Subprocess process({"/bin/true"});
  EXPECT_EQ(process.wait(), 0);
  EXPECT_FALSE(process.write("hello"));
}

TEST(Subprocess, IsKilledWithItsOwner) {
  Descriptor output;
  {
    const Subprocess process({"/bin/sleep", "100"});
    output = Descriptor(::dup(process.output().get()));
  }
  EXPECT_EQ(read_to_end(output), "");
}

}  // namespace
}  // namespace host
