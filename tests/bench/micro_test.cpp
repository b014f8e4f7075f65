// The whole model in QEMU, against what the ARM1176JZF-S manual gives for loops of few
// instructions.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/bench/micro_bench.h"

namespace bench {
namespace {

const MicroFigures& figures() {
  static const MicroFigures measured = measure_micro(BARELLAMA_PI0_DIR "/tests", BENCH_PLUGIN);
  return measured;
}
const std::map<std::string, double>& cycles() { return figures().cycles; }

// Of a round of a loop: 16 times the body, SUBS and BNE, which may hide behind the body's stalls.
// Up to three more come from fetching the code into the cache once.
void expect_round(const char* loop, double expected) {
  constexpr double kRounds = 1000, kFetching = 3;
  const double round = cycles().at(loop) / kRounds;
  EXPECT_GE(round, expected) << loop;
  EXPECT_LE(round, expected + kFetching) << loop;
}

TEST(Micro, AddsInEachCycle) {
  expect_round("chain_add", 16 + 2);
  expect_round("chain_shifted_add", 15 * 2 + 3);  // 1, and 1 for the early operand
}

TEST(Micro, MultipliesAsFastAsTable16_10Allows) {
  expect_round("chain_mul", 16 * 5);        // latency 4, and 1 for the early operand
  expect_round("chain_mla", 15 * 3 + 4);    // latency 4, less 1 for the late sum
  expect_round("chain_smlad", 15 * 2 + 3);  // latency 3, less 1
  expect_round("independent_smlads", 16 * 4 + 2);
  expect_round("extract_then_smlad", 16 * 3 + 2);
  expect_round("chain_smull", 16 * 6);  // RdHi: latency 5, and 1
}

TEST(Micro, LoadsAsFastAsTables16_14And16_18Allow) {
  expect_round("load_then_use", 16 * 4 + 2);
  expect_round("chain_ldr", 16 * 4);      // latency 3, and 1 for the address
  expect_round("load_multiple", 16 * 4);  // eight words, two a cycle
}

TEST(Micro, RunsVfpAsFastAsTable21_16Allows) {
  expect_round("chain_fmacs", 16 * 8);
  expect_round("independent_fmacs", 16 * 8 + 2);
  expect_round("chain_fmuld", 16 * 9);
  expect_round("chain_fdivs", 16 * 19);
}

TEST(Micro, BranchesAsFastAsTable16_11Allows) {
  // TST, seven cycles of a branch that is always predicted wrong, and every other time MOV.
  expect_round("alternating_branch", 16 * 8.5 + 2);
  expect_round("returns", 16 * 3 + 2);  // MOV, BL, MOV
  EXPECT_NEAR(cycles().at("empty") / 16000, 4, 0.1);
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
