#include "kernel/bench/bench.h"

#include "tests/kernel/console/console_fixture.h"

namespace kernel {
namespace {

using testing::HasSubstr;
using testing::Not;

class BenchCommand : public ConsoleTest {
 protected:
  void SetUp() override {
    ConsoleTest::SetUp();
    if (IsSkipped()) return;
    insert_with_ini("autostart = 0\n");
    // So that a measurement is a few calls.
    machine_.set_clock_step_us(40'000);
    machine_.set_health({.millicelsius = 21'000, .throttled = {}, .arm_hz = {}});
  }
};

TEST_F(BenchCommand, PrintsEveryLine) {
  machine_.count_cycles();
  console_.start();
  const std::string console = console_.say("/bench");
  for (const char* line : {"21.0 C before\n",
                           "clocks\n",
                           "  ARM, cycles by the system timer     1000.0 MHz\n",
                           "memory\n",
                           "  read, 4 KiB (L1) ",
                           "  read, PLD, 48 KiB (L2) ",
                           "  write, 4096 KiB (SDRAM) ",
                           "  copy, 4 KiB (L1) ",
                           "  copy, PLD, 4096 KiB (SDRAM) ",
                           "latency of a load\n",
                           "  8 KiB ",
                           "  8192 KiB ",
                           "card\n",
                           "  sequential, 64 KiB per command ",
                           "  sequential, 1024 KiB per command ",
                           "  random, 4 KiB ",
                           "  f32, 1 token ",
                           "  q8_0, 8 tokens ",
                           "  q4_0, 8 tokens ",
                           "  q8_0_masked, 1 token ",
                           "checks\n",
                           "  CRC-32C, from SDRAM ",
                           "21.0 C after\n"}) {
    EXPECT_THAT(console, HasSubstr(line));
  }
  EXPECT_THAT(console, Not(HasSubstr("emulator")));
  EXPECT_FALSE(machine_.is_busy());
}

// A line for barellama.ini, which is a setting from then on.
TEST_F(BenchCommand, GivesThePaceThatPlansGoBy) {
  console_.start();
  const std::string console = console_.say("/bench");
  const size_t at = console.find("\npace = ");
  ASSERT_NE(at, std::string::npos);
  const std::string line = console.substr(at + 1, console.find('\n', at + 1) - at - 1);
  for (const char* name :
       {"read:", ",card:", ",q8_0.1:", ",q8_0.4:", ",q4_0.1:", ",f32.4:", ",checked:"}) {
    EXPECT_THAT(line, HasSubstr(name));
  }
  machine_.set_clock_step_us(1);
  EXPECT_THAT(console_.say("/settings"), HasSubstr(" = " + line.substr(7) + "\n"));
  Settings settings;
  base::NullSink nowhere;
  apply_ini(settings, "barellama.ini", line, nowhere);
  EXPECT_EQ("pace = " + std::string(settings.pace.view()), line);
}

TEST_F(BenchCommand, GivesNoPaceWhenItIsStopped) {
  console_.start();
  machine_.type_when_shown("f32, 1", "\x03");
  EXPECT_THAT(console_.say("/bench"), Not(HasSubstr("pace = ")));
}

TEST_F(BenchCommand, SaysWhoseTheFiguresOfAnEmulatorAre) {
  console_.start();
  EXPECT_THAT(
      console_.say("/bench"),
      HasSubstr("  the cycle counter does not count: this is an emulator, and all figures\n"));
}

TEST_F(BenchCommand, MakesRoomAndGivesItBack) {
  console_.start();
  EXPECT_THAT(console_.say("/bench"),
              HasSubstr("the model makes room; it is loaded again with the next story\n"));
  machine_.set_clock_step_us(1);
  EXPECT_THAT(console_.say("a"), HasSubstr("model: tales.blm"));
}

TEST_F(BenchCommand, MeasuresWithoutACard) {
  machine_.insert(nullptr);
  console_.start();
  EXPECT_THAT(console_.say("/bench"), HasSubstr("card\n  there is none\n"));
}

TEST_F(BenchCommand, StopsAtControlC) {
  console_.start();
  for (const char* at : {"read, 4 KiB", "8 KiB", "64 KiB per command", "f32, 1"}) {
    machine_.type_when_shown(at, "\x03");
    EXPECT_THAT(console_.say("/bench"), HasSubstr("[stopped]\n21.0 C after\n> ")) << at;
  }
}

TEST_F(BenchCommand, MeasuresNothingWithoutMemory) {
  machine_.set_memory_bytes(1 << 20);
  console_.start();
  EXPECT_THAT(console_.say("/bench"), HasSubstr("too little memory to measure"));
}

TEST_F(BenchCommand, IsARecordALine) {
  console_.start();
  console_.say("/set records 1");
  const std::string console = console_.say("/bench");
  EXPECT_THAT(console, HasSubstr("@bl {\"event\":\"bench\",\"group\":\"memory\",\"name\":\"read, 4 "
                                 "KiB (L1)\",\"value\":"));
  EXPECT_THAT(console, HasSubstr(",\"unit\":\"MB/s\"}\n"));
}

}  // namespace
}  // namespace kernel
