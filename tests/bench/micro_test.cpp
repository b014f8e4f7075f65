// The whole model in QEMU, against what the ARM1176JZF-S manual gives for loops of few
// instructions.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "tests/bench/micro_bench.h"

namespace bench {
namespace {

const MicroFigures& figures() {
  static const MicroFigures measured = measure_micro(BARELLAMA_PI0_DIR "/tests", BENCH_PLUGIN);
  return measured;
}
const std::map<std::string, double>& cycles() { return figures().cycles; }

// Up to three cycles more than the manual's come from fetching the code into the cache once.
void expect_loops(std::initializer_list<const char*> loops) {
  constexpr double kFetching = 3;
  for (const char* loop : loops) {
    const auto known = std::ranges::find(known_loops(), std::string_view(loop), &Loop::function);
    ASSERT_NE(known, known_loops().end()) << loop;
    const double round = cycles().at(loop) / kLoopRounds;
    EXPECT_GE(round, known->manual_cycles) << loop;
    EXPECT_LE(round, known->manual_cycles + kFetching) << loop;
  }
}

TEST(Micro, AddsInEachCycle) { expect_loops({"chain_add", "chain_shifted_add"}); }

TEST(Micro, MultipliesAsFastAsTable16_10Allows) {
  expect_loops({"chain_mul", "chain_mla", "chain_smlad", "independent_smlads", "extract_then_smlad",
                "chain_smull"});
}

TEST(Micro, LoadsAsFastAsTables16_14And16_18Allow) {
  expect_loops({"load_then_use", "chain_ldr", "load_multiple"});
}

TEST(Micro, RunsVfpAsFastAsTable21_16Allows) {
  expect_loops({"chain_fmacs", "independent_fmacs", "chain_fmuld", "chain_fdivs"});
}

TEST(Micro, BranchesAsFastAsTable16_11Allows) {
  expect_loops({"alternating_branch", "returns", "empty"});
}

TEST(Micro, ReadsMemoryAtTheLatencyAndBandwidthThatWereSet) {
  EXPECT_NEAR(cycles().at("chase") / 1000, 150, 2);
  EXPECT_NEAR(figures().megabytes_per_second("read_preloaded"), 350, 3);
  // Without PLD each line waits for the whole latency.
  EXPECT_NEAR(figures().megabytes_per_second("read_plain"), 32 / 150e-3, 5);
}

TEST(Micro, WritesAndCopiesNoFasterThanTheBandwidthThatWasSet) {
  EXPECT_NEAR(figures().megabytes_per_second("write_multiple"), 350, 4);
  EXPECT_NEAR(figures().megabytes_per_second("copy_preloaded"), 350 / 2.0, 3);
}

// ARM's Dhrystone of this core is 1.25 DMIPS/MHz; this is another program of such statements.
TEST(Micro, RunsEverydayStatementsWithin15PercentOfThePublishedDhrystone) {
  EXPECT_NEAR(figures().mips_per_mhz(), 1.25, 0.15 * 1.25);
  EXPECT_GT(figures().mix_instructions, 300);
}

}  // namespace
}  // namespace bench
