// Each fault on the board ends in a readable panic, and never in silence or a reboot.
#include <gmock/gmock.h>

#include <sstream>

#include "tests/system/qemu_machine.h"

namespace host {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

constexpr std::string_view kLastWords = "*** the kernel has stopped";

class FaultKernel : public QemuMachine {
 protected:
  std::string take(const std::string& fault) {
    boot("tests/fault_kernel.img", {{"fault", fault}});
    return expect(kLastWords);
  }
  // The line that begins with `begin`, of what was printed.
  static std::string line_of(const std::string& text, std::string_view begin) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.starts_with(begin)) return line;
    }
    return {};
  }
};

struct Fault {
  const char* name;
  const char* cause;
};

class EachFault : public FaultKernel, public testing::WithParamInterface<Fault> {};

TEST_P(EachFault, IsToldWithItsCauseRegistersAndCallers) {
  const std::string text = take(GetParam().name);
  EXPECT_THAT(line_of(text, "*** panic: "), HasSubstr(GetParam().cause)) << text;
  EXPECT_THAT(line_of(text, "pc  "), HasSubstr("SVC mode"));
  // The faulting instruction and at least kernel_main's caller.
  EXPECT_THAT(line_of(text, "backtrace:"),
              MatchesRegex("backtrace: 0x[0-9a-f]{8}( 0x0000[0-9a-f]{4})+"));
}

INSTANTIATE_TEST_SUITE_P(
    FaultKernel, EachFault,
    testing::Values(Fault{"null", "data abort: read of 0x00000000: translation fault"},
                    Fault{"null-write", "data abort: write to 0x00000020: translation fault"},
                    Fault{"above-memory", "data abort: read of 0x1c000000: translation fault"},
                    Fault{"hole", "data abort: read of 0x40000000: translation fault"},
                    Fault{"text-write", "data abort: write to 0x00008000: permission fault"},
                    Fault{"constant-write", "permission fault"},
                    Fault{"null-jump", "no execution at 0x00000004: translation fault"},
                    Fault{"undefined", "undefined instruction at 0x0000"},
                    Fault{"supervisor-call", "supervisor call at 0x0000"},
                    Fault{"execute-stack", "prefetch abort: no execution at"},
                    Fault{"unaligned-pair", "alignment fault"},
                    Fault{"stack", "data abort: write to"}),
    [](const testing::TestParamInfo<Fault>& fault) {
      std::string name = fault.param.name;
      std::erase(name, '-');
      return name;
    });

TEST_F(FaultKernel, TellsWhereACheckFailed) {
  const std::string text = take("check");
  EXPECT_THAT(line_of(text, "*** panic: "), HasSubstr("tests/system/fault_kernel/main.cpp:"));
  EXPECT_THAT(text, HasSubstr("CHECK(opaque(1) == 2)"));
  EXPECT_THAT(text, HasSubstr("backtrace: 0x0000"));
}

TEST_F(FaultKernel, SetsUpASerialLineForAPanicBeforeThereIsOne) {
  EXPECT_THAT(take("early"), HasSubstr("CHECK(opaque(1) == 2)"));
}

TEST_F(FaultKernel, FollowsTheCallersOfAnInterruptedProgram) {
  const std::string text = take("interrupt");
  EXPECT_THAT(line_of(text, "pc  "), HasSubstr("IRQ mode"));
  // The handler, dispatch, the vector, the interrupted function, kernel_main's caller.
  EXPECT_THAT(line_of(text, "backtrace:"), MatchesRegex("backtrace:( 0x0000[0-9a-f]{4}){5,}"));
}

TEST_F(FaultKernel, EndsAPanicWithinAPanic) {
  boot("tests/fault_kernel.img", {{"fault", "panic-in-panic"}});
  expect("*** panic: another one, while printing the first");
  const size_t printed = machine().log().size();
  for (int i = 0; i < 3; ++i) (void)machine().read(std::chrono::milliseconds(300));
  EXPECT_LE(machine().log().size(), printed + 2) << machine().log();
}

TEST_F(FaultKernel, RunsWhatOnlyTheBoardHas) {
  boot("tests/fault_kernel.img", {{"fault", "none"}});
  expect("all well");
}

}  // namespace
}  // namespace host
