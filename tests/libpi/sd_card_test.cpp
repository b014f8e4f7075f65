#include "libpi/sd_card.h"

#include <gmock/gmock.h>

#include "tests/libpi/sd_rig.h"

namespace pi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr FakeSdCard::Kind kStandard{.high_capacity = false, .block_count = 2048 * 1024};

TEST(SdCard, SetsUpAHighCapacityCardInTheOrderOfTheSpecification) {
  SdRig& rig = SdRig::make({.polls_until_ready = 1});
  ASSERT_TRUE(rig.card.initialize().ok());
  EXPECT_THAT(rig.host.indices(),
              ElementsAre(0, 8, 55, 41, 55, 41, 2, 3, 9, 7, 55, 51, 55, 6, 6, 6));
  const auto& sent = rig.host.sent();
  EXPECT_EQ(sent[1].argument, 0x1aau);
  EXPECT_EQ(sent[3].argument, 0x40ff8000u);
  EXPECT_EQ(sent[9].argument, uint32_t{FakeSdCard::kRca} << 16);
  EXPECT_EQ(sent[9].clock_hz, 399'361u);
  EXPECT_EQ(sent[10].clock_hz, 25'000'000u);
  EXPECT_EQ(sent[13].argument, 2u);
  EXPECT_FALSE(sent[13].four_bits);
  EXPECT_TRUE(sent[14].four_bits);
  EXPECT_EQ(sent[14].argument, 0x00fffff1u);
  EXPECT_EQ(sent[15].argument, 0x80fffff1u);
  EXPECT_EQ(rig.host.clock_hz(), 41'666'666u);
  EXPECT_EQ(rig.card.block_count(), 1024u * 16384);
  EXPECT_EQ(rig.description(), "SDHC card SanDisk SL16G, 8.5 GB, 4-bit bus at 41.6 MHz, DMA");
  EXPECT_EQ(rig.host.violations().total(), 0);
}

// The firmware's clock may stand still, and may have another rate after the ARM's was raised.
TEST(SdCard, AsksForTheBaseClockEachTimeBeforeItResetsTheController) {
  SdRig& rig = SdRig::make();
  rig.host.set_base_clock(0);
  ASSERT_TRUE(rig.card.initialize().ok());
  EXPECT_EQ(rig.host.base_clock_starts(), 1u);
  EXPECT_EQ(rig.host.clock_hz(), 41'666'666u);
  rig.host.set_base_clock(200'000'992);
  ASSERT_TRUE(rig.card.initialize().ok());
  EXPECT_EQ(rig.host.base_clock_starts(), 2u);
  EXPECT_EQ(rig.host.clock_hz(), 50'000'248u);
  EXPECT_EQ(rig.host.violations().total(), 0);
}

TEST(SdCard, SetsTheBlockLengthOfAStandardCardAndAddressesItByByte) {
  SdRig& rig = SdRig::make(kStandard);
  ASSERT_TRUE(rig.card.initialize().ok());
  EXPECT_EQ(rig.card.block_count(), 2048u * 1024);
  EXPECT_THAT(rig.description(), HasSubstr("SDSC card"));
  const auto indices = rig.host.indices();
  EXPECT_EQ(std::count(indices.begin(), indices.end(), 16u), 1);
  const std::span<std::byte> target = SdRig::target(3);
  ASSERT_TRUE(rig.card.read(100, target).ok());
  EXPECT_EQ(rig.host.sent().back().argument, 100u * 512);
  EXPECT_TRUE(SdRig::holds(target, 100));
}

TEST(SdCard, KnowsCardsOfVersionOne) {
  SdRig& rig = SdRig::make({.version_2 = false,
                            .high_capacity = false,
                            .knows_switch = false,
                            .high_speed = false,
                            .block_count = 65536});
  ASSERT_TRUE(rig.card.initialize().ok());
  EXPECT_EQ(rig.host.sent()[3].argument, 0x00ff8000u);
  EXPECT_EQ(rig.host.clock_hz(), 25'000'000u);
  EXPECT_EQ(rig.description(), "SDSC card SanDisk SL16G, 33 MB, 4-bit bus at 25.0 MHz, DMA");
  const std::span<std::byte> target = SdRig::target(4);
  ASSERT_TRUE(rig.card.read(65532, target).ok());
  EXPECT_TRUE(SdRig::holds(target, 65532));
  EXPECT_EQ(rig.host.violations().total(), 0);
}

TEST(SdCard, LeavesACardWithoutHighSpeedAt25MHz) {
  SdRig& rig = SdRig::make({.high_speed = false});
  ASSERT_TRUE(rig.card.initialize().ok());
  EXPECT_EQ(rig.host.clock_hz(), 25'000'000u);
  // Asked, but not told to switch.
  EXPECT_EQ(rig.host.sent().back().argument, 0x00fffff1u);
  ASSERT_TRUE(rig.card.read(1, SdRig::target(8)).ok());
}

TEST(SdCard, StartsACardThatAResetLeftInTransferState) {
  SdRig& rig = SdRig::make();
  rig.host.card().leave_in_transfer_state();
  ASSERT_TRUE(rig.card.initialize().ok());
  const std::span<std::byte> target = SdRig::target(8);
  ASSERT_TRUE(rig.card.read(1, target).ok());
  EXPECT_TRUE(SdRig::holds(target, 1));
}

TEST(SdCard, SaysSoonThatThereIsNoCard) {
  SdRig& rig = SdRig::make();
  rig.host.remove();
  const base::Status status = rig.card.initialize();
  EXPECT_EQ(status.code(), base::ErrorCode::kNotFound);
  EXPECT_THAT(text_of(status), HasSubstr("insert"));
  EXPECT_LT(rig.host.elapsed_us(), 100'000u);
  EXPECT_EQ(rig.card.block_count(), 0u);
  EXPECT_EQ(rig.card.read(0, SdRig::target(1)).code(), base::ErrorCode::kOutOfRange);
}

TEST(SdCard, GivesACardOneSecondToGetReadyAndNotForEver) {
  SdRig& slow = SdRig::make({.polls_until_ready = 700});
  EXPECT_TRUE(slow.card.initialize().ok());
  SdRig& never = SdRig::make({.polls_until_ready = 1'000'000});
  const base::Status status = never.card.initialize();
  EXPECT_EQ(status.code(), base::ErrorCode::kTimeout);
  EXPECT_THAT(text_of(status), HasSubstr("ACMD41"));
  EXPECT_LT(never.host.elapsed_us(), 5'000'000u);
}

TEST(SdCard, ReadsByDmaInCommandsOfOneMebibyte) {
  SdRig& rig = SdRig::make();
  ASSERT_TRUE(rig.card.initialize().ok());
  const size_t before = rig.host.sent().size();
  const std::span<std::byte> target = SdRig::target(4096 - 1);
  ASSERT_TRUE(rig.card.read(5000, target).ok());
  EXPECT_TRUE(SdRig::holds(target, 5000));
  const auto& sent = rig.host.sent();
  ASSERT_EQ(sent.size() - before, 2u);
  EXPECT_EQ(sent[before].index, 18u);
  EXPECT_EQ(sent[before].argument, 5000u);
  EXPECT_EQ(sent[before].block_count, 2048u);
  EXPECT_EQ(sent[before + 1].argument, 7048u);
  EXPECT_EQ(sent[before + 1].block_count, 2047u);
  EXPECT_EQ(rig.host.dma_transfers(), 2u);
  const SdCounters counters = rig.card.report().counters;
  EXPECT_EQ(counters.bytes_read, 4095u * 512);
  EXPECT_EQ(counters.read_commands, 2u);
  EXPECT_EQ(counters.dma_commands, 2u);
  EXPECT_EQ(counters.faults(), 0u);
  EXPECT_EQ(rig.host.violations().total(), 0);
  // 2 MiB at 41.7 MHz on 4 lines: 20.8 MB/s raw.
  EXPECT_GT(counters.waiting_us, 100'000u);
  EXPECT_LT(counters.waiting_us, 120'000u);
}

TEST(SdCard, ReadsWithoutDmaWhenThereIsNone) {
  SdRig& rig = SdRig::make({}, false);
  ASSERT_TRUE(rig.card.initialize().ok());
  const std::span<std::byte> target = SdRig::target(65);
  ASSERT_TRUE(rig.card.read(777, target).ok());
  EXPECT_TRUE(SdRig::holds(target, 777));
  EXPECT_EQ(rig.host.dma_transfers(), 0u);
  EXPECT_EQ(rig.card.report().counters.pio_commands, 1u);
  EXPECT_THAT(rig.description(), HasSubstr("PIO"));
  EXPECT_EQ(rig.host.violations().total(), 0);
}

TEST(SdCard, TakesASingleBlockItself) {
  SdRig& rig = SdRig::make();
  ASSERT_TRUE(rig.card.initialize().ok());
  const std::span<std::byte> target = SdRig::target(1);
  ASSERT_TRUE(rig.card.read(0, target).ok());
  EXPECT_TRUE(SdRig::holds(target, 0));
  EXPECT_EQ(rig.host.sent().back().index, 17u);
  EXPECT_EQ(rig.host.dma_transfers(), 0u);
}

TEST(SdCard, LetsTheCoreComputeWhileDmaRuns) {
  SdRig& rig = SdRig::make();
  ASSERT_TRUE(rig.card.initialize().ok());
  const std::span<std::byte> target = SdRig::target(2048);
  const uint64_t begin = rig.host.elapsed_us();
  ASSERT_TRUE(rig.card.start_read(0, target).ok());
  EXPECT_LT(rig.host.elapsed_us() - begin, 1'000u);
  EXPECT_TRUE(rig.host.dma_active());
  // 100 ms of arithmetic.
  while (rig.host.elapsed_us() - begin < 100'000) rig.host.now_us();
  const uint64_t finish_begin = rig.host.elapsed_us();
  ASSERT_TRUE(rig.card.finish_read().ok());
  EXPECT_LT(rig.host.elapsed_us() - finish_begin, 1'000u);
  EXPECT_TRUE(SdRig::holds(target, 0));
}

TEST(SdCard, LeavesASlowCardsFirstBlockToPoll) {
  SdRig& rig = SdRig::make();
  rig.host.set_access_time_us(80'000);
  ASSERT_TRUE(rig.card.initialize().ok());
  const std::span<std::byte> target = SdRig::target(4096);
  const uint64_t begin = rig.host.elapsed_us();
  ASSERT_TRUE(rig.card.start_read(0, target).ok());
  EXPECT_LT(rig.host.elapsed_us() - begin, SdCard::kReadyWaitUs + 100);
  EXPECT_FALSE(rig.host.dma_active());
  while (!rig.card.poll()) {
    // A step never waits: at most it begins a command.
    const uint64_t before = rig.host.elapsed_us();
    const bool done = rig.card.poll();
    EXPECT_LT(rig.host.elapsed_us() - before, 2'500u);
    if (done) break;
  }
  EXPECT_EQ(rig.host.dma_transfers(), 2u);
  const uint64_t finish_begin = rig.host.elapsed_us();
  ASSERT_TRUE(rig.card.finish_read().ok());
  EXPECT_LT(rig.host.elapsed_us() - finish_begin, 10u);
  EXPECT_TRUE(SdRig::holds(target, 0));
}

TEST(SdCard, IsRightWhereDmaDoesNotWaitForData) {
  SdRig& rig = SdRig::make();
  rig.host.set_ignore_dreq(true);
  rig.host.set_access_time_us(0);
  ASSERT_TRUE(rig.card.initialize().ok());
  const std::span<std::byte> target = SdRig::target(2);
  ASSERT_TRUE(rig.card.read(10, target).ok());
  EXPECT_TRUE(SdRig::holds(target, 10));
}

TEST(SdCard, ReadsUpToTheLastBlockAndNotBeyond) {
  SdRig& rig = SdRig::make();
  ASSERT_TRUE(rig.card.initialize().ok());
  const uint64_t end = rig.card.block_count();
  EXPECT_TRUE(rig.card.read(end - 2, SdRig::target(2)).ok());
  EXPECT_TRUE(rig.card.read(end, SdRig::target(0)).ok());
  EXPECT_EQ(rig.card.read(end - 1, SdRig::target(2)).code(), base::ErrorCode::kOutOfRange);
  EXPECT_EQ(rig.card.read(end, SdRig::target(1)).code(), base::ErrorCode::kOutOfRange);
}

}  // namespace
}  // namespace pi
