#include "tests/pi0-cycles/data_side.h"

#include <gtest/gtest.h>

#include "tests/pi0-cycles/program.h"

namespace pi0 {
namespace {

constexpr uint32_t kData = 0x100000;
constexpr uint32_t kLdrR1R2 = 0xe5921000, kAddR6R5R1 = 0xe0856001, kStrR1R2 = 0xe5821000;
constexpr uint32_t kLdmR1 = 0xe8b10078;  // ldm r1!, {r3-r6}
constexpr uint32_t kPldR1 = 0xf5d1f000, kPldR1At128 = 0xf5d1f080;

class Memory : public testing::Test {
 protected:
  Sdram sdram_{Settings{}};
  DataSide data_{Settings{}, sdram_};
  Counters counters_;
};

TEST_F(Memory, AnswersAMissAfterTheLatency) {
  EXPECT_EQ(data_.load(1000, 1, counters_).ready, 1150u);
  EXPECT_EQ(data_.load(2000, 1, counters_).ready, 1153u);  // there since the whole line had come
  EXPECT_EQ(counters_.data_misses, 1u);
  EXPECT_EQ(counters_.sdram_read_bytes, 32u);
}

TEST_F(Memory, SendsLinesAtItsBandwidth) {
  Settings settings;
  settings.outstanding_fills = 4;
  DataSide data(settings, sdram_);
  // 32 bytes at 350 MB/s: 91.4 cycles at 1 GHz.
  EXPECT_EQ(data.load(0, 1, counters_).ready, 150u);
  EXPECT_EQ(data.load(0, 2, counters_).ready, 92u + 150);
  EXPECT_EQ(data.load(0, 3, counters_).ready, 183u + 150);
}

TEST_F(Memory, AcceptsAMissOnlyWhenALineFillBufferIsFree) {
  EXPECT_EQ(data_.load(0, 1, counters_).accepted, 0u);
  EXPECT_EQ(data_.load(0, 2, counters_).accepted, 0u);
  EXPECT_EQ(data_.load(0, 3, counters_).accepted, 153u);
}

TEST_F(Memory, KeepsFourLinesOfASet) {
  constexpr uint32_t kSets = 128;
  Settings settings;
  settings.replaces_round_robin = true;
  DataSide data(settings, sdram_);
  for (uint32_t i = 0; i < 8; ++i) data.load(1000 * i, i * kSets, counters_);
  for (uint32_t i = 7; i > 3; --i) {
    EXPECT_LE(data.load(100'000, i * kSets, counters_).ready, 100'000u) << i;
  }
  EXPECT_GT(data.load(100'000, 3 * kSets, counters_).ready, 100'000u);
}

TEST_F(Memory, NeverReplacesLockedWays) {
  Settings settings;
  settings.locked_ways = 0b1110;
  settings.replaces_round_robin = true;
  DataSide data(settings, sdram_);
  data.load(0, 0, counters_);
  data.load(1000, 128, counters_);  // the same set, and the same way
  EXPECT_GT(data.load(2000, 0, counters_).ready, 2000u);
}

TEST_F(Memory, WritesADirtyLineBackWhenItIsReplaced) {
  data_.load(0, 0, counters_);
  data_.store(1000, 0, 4, counters_);
  for (uint32_t i = 1; i < 64; ++i) data_.load(1000 + 1000 * i, i * 128, counters_);
  EXPECT_EQ(counters_.write_backs, 1u);
  EXPECT_EQ(counters_.sdram_write_bytes, 32u);
}

TEST_F(Memory, FetchesNothingForAStore) {
  data_.store(0, kData, 4, counters_);
  EXPECT_EQ(counters_.data_misses, 0u);
  EXPECT_EQ(counters_.sdram_read_bytes, 0u);
  EXPECT_EQ(data_.load(1000, kData / 32, counters_).ready, 1150u);
}

TEST_F(Memory, BuffersAFewStoresAndThenWaits) {
  uint64_t time = 0;
  for (uint32_t i = 0; i < 4; ++i) EXPECT_EQ(data_.store(i, kData + 64 * i, 4, counters_), i);
  // The first of them, 8 bytes of the bus at 350 MB/s, takes 23 cycles.
  time = data_.store(4, kData + 256, 4, counters_);
  EXPECT_EQ(time, 23u);
}

TEST(MemoryOfACore, RunsOnUntilAMissedWordIsUsed) {
  Program program;
  const Counters counters =
      program.run({loads(kLdrR1R2, kData, 4), {0xe1a09009}, {0xe1a09009}, {kAddR6R5R1}});
  EXPECT_EQ(counters.cycles_by_cause[static_cast<size_t>(Cause::kMiss)], 150u - 3);
}

TEST(MemoryOfACore, HidesAMissThatWasPreloadedInTime) {
  Program program;
  // r1 is known by the first LDM; it is 16 bytes further when the PLD comes.
  std::vector<Step> steps = {loads(kLdmR1, kData, 16), {kPldR1At128}};
  for (int i = 0; i < 200; ++i) steps.push_back({0xe1a09009});
  steps.push_back(loads(kLdrR1R2, kData + 16 + 128, 4));
  steps.push_back({kAddR6R5R1});
  const Counters counters = program.run(steps);
  EXPECT_EQ(counters.preloads, 1u);
  EXPECT_EQ(counters.preload_fills, 1u);
  EXPECT_EQ(counters.data_misses, 1u);  // of the LDM
}

TEST(MemoryOfACore, TellsThePreloadsWhoseAddressItDoesNotKnow) {
  Program program;
  constexpr uint32_t kLdrR1R1 = 0xe5911000;  // r1 becomes a value from memory
  const Counters counters =
      program.run({loads(kLdmR1, kData, 16), loads(kLdrR1R1, kData + 16, 4), {kPldR1}});
  EXPECT_EQ(counters.unknown_preloads, 1u);
}

TEST(MemoryOfACore, FollowsAddressesThroughAdditions) {
  Program program;
  constexpr uint32_t kAddR2R1And64 = 0xe2812040, kMovR1R2 = 0xe1a01002;
  const Counters counters =
      program.run({loads(kLdmR1, kData, 16), {kAddR2R1And64}, {kMovR1R2}, {kPldR1}, {kPldR1}});
  EXPECT_EQ(counters.unknown_preloads, 0u);
  EXPECT_EQ(counters.preload_fills, 1u);
}

TEST(MemoryOfACore, CostsNothingButIssueForALoadWhoseConditionIsNotMet) {
  Program program;
  constexpr uint32_t kLdrne = 0x15921000;
  EXPECT_EQ(program.cycles({{kLdrne}, {kAddR6R5R1}}), 2u);
}

TEST(MemoryOfACore, WaitsForPeripherals) {
  Program program;
  EXPECT_EQ(program.cycles({loads(kLdrR1R2, 0x20003004, 4), {kAddR6R5R1}}), 101u);
}

TEST(MemoryOfACore, CountsWhatIsAccessed) {
  Program program;
  const Counters counters =
      program.run({loads(kLdmR1, kData, 16), stores(kStrR1R2, kData, 4), {kPldR1}});
  EXPECT_EQ(counters.loads, 4u);
  EXPECT_EQ(counters.load_bytes, 16u);
  EXPECT_EQ(counters.stores, 1u);
  EXPECT_EQ(counters.store_bytes, 4u);
}

}  // namespace
}  // namespace pi0
