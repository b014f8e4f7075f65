// Every kind of fault at every command in turn: the read ends in time, with the right data or with
// a Status, and the right rung of the ladder is climbed.
#include <gmock/gmock.h>

#include "tests/libpi/sd_rig.h"

namespace pi {
namespace {

using ::testing::HasSubstr;

constexpr uint32_t kForEver = 1'000'000;
constexpr size_t kBlocks = 24;

constexpr SdInjection kAllFaults[] = {
    SdInjection::kCommandTimeout, SdInjection::kAnswerLost,  SdInjection::kAnswerDamaged,
    SdInjection::kSilence,        SdInjection::kDataTimeout, SdInjection::kDataSilence,
    SdInjection::kDataDamaged,    SdInjection::kDataEndBit,  SdInjection::kAutoStopFails,
    SdInjection::kMediaError,     SdInjection::kDmaError,    SdInjection::kDmaHangs,
    SdInjection::kDmaDoesNotStop, SdInjection::kCardPulled,  SdInjection::kCardPulledQuietly,
    SdInjection::kControllerHangs};

// The start and two reads; returns whether all of it succeeded.
bool start_and_read(SdRig& rig) {
  bool well = rig.card.initialize().ok();
  for (const uint64_t block : {1000u, 2000u}) {
    const std::span<std::byte> target = SdRig::target(kBlocks);
    const base::Status status = rig.card.read(block, target);
    if (status.ok()) {
      EXPECT_TRUE(SdRig::holds(target, block)) << "wrong data, and no error";
    } else {
      EXPECT_FALSE(text_of(status).empty());
      well = false;
    }
  }
  return well;
}

class SdCardFaults : public ::testing::TestWithParam<SdInjection> {};

TEST_P(SdCardFaults, AtEachCommandOnceEndWellOrInAStatusInTime) {
  SdRig& good = SdRig::make();
  ASSERT_TRUE(start_and_read(good));
  const uint32_t commands = static_cast<uint32_t>(good.host.sent().size());
  for (uint32_t at = 0; at < commands; ++at) {
    for (const uint32_t block : {0u, 7u, static_cast<uint32_t>(kBlocks) - 1}) {
      SCOPED_TRACE(at);
      SdRig& rig = SdRig::make();
      rig.host.inject(GetParam(), at, 1, block);
      const bool well = start_and_read(rig);
      const bool permanent = GetParam() >= SdInjection::kDmaDoesNotStop;
      // What happens once is not a reason to bother the caller.
      EXPECT_TRUE(well || permanent);
      EXPECT_LT(rig.host.elapsed_us(), 20'000'000u);
      EXPECT_EQ(rig.host.violations().total(), 0);
      EXPECT_FALSE(rig.host.dma_active());
    }
  }
}

TEST_P(SdCardFaults, FromEachCommandOnForEverEndInTime) {
  SdRig& good = SdRig::make();
  ASSERT_TRUE(start_and_read(good));
  const uint32_t commands = static_cast<uint32_t>(good.host.sent().size());
  for (uint32_t at = 0; at < commands; ++at) {
    SCOPED_TRACE(at);
    SdRig& rig = SdRig::make();
    rig.host.inject(GetParam(), at, kForEver, 7);
    start_and_read(rig);
    EXPECT_LT(rig.host.elapsed_us(), 40'000'000u);
    EXPECT_EQ(rig.host.violations().total(), 0);
    EXPECT_FALSE(rig.host.dma_active());
    const SdCounters counters = rig.card.report().counters;
    EXPECT_EQ(counters.faults(), counters.retries + counters.failed_reads);
  }
}

std::string name_of(const ::testing::TestParamInfo<SdInjection>& info) {
  constexpr const char* kNames[] = {
      "CommandTimeout", "AnswerLost",  "AnswerDamaged",     "Silence",
      "DataTimeout",    "DataSilence", "DataDamaged",       "DataEndBit",
      "AutoStopFails",  "MediaError",  "DmaError",          "DmaHangs",
      "DmaDoesNotStop", "CardPulled",  "CardPulledQuietly", "ControllerHangs"};
  return kNames[static_cast<size_t>(info.param)];
}
INSTANTIATE_TEST_SUITE_P(All, SdCardFaults, ::testing::ValuesIn(kAllFaults), name_of);

TEST(SdCardStart, TellsDamagedAnswersFromAnEmptySlot) {
  SdRig& rig = SdRig::make();
  rig.host.inject(SdInjection::kAnswerDamaged, 0, kForEver);
  const base::Status status = rig.card.initialize();
  EXPECT_EQ(status.code(), base::ErrorCode::kIo);
  EXPECT_THAT(text_of(status), HasSubstr("fails at CMD8"));
}

// A started card, and a fault at the commands from its next read on.
SdRig& started_with(SdInjection fault, uint32_t count, uint32_t block = 7) {
  SdRig& rig = SdRig::make();
  EXPECT_TRUE(rig.card.initialize().ok());
  rig.host.inject(fault, static_cast<uint32_t>(rig.host.sent().size()), count, block);
  return rig;
}

TEST(SdCardLadder, RetriesADamagedBlockAndCountsIt) {
  SdRig& rig = started_with(SdInjection::kDataDamaged, 1);
  const std::span<std::byte> target = SdRig::target(kBlocks);
  ASSERT_TRUE(rig.card.read(50, target).ok());
  EXPECT_TRUE(SdRig::holds(target, 50));
  const SdCounters counters = rig.card.report().counters;
  EXPECT_EQ(counters.data_crc_errors, 1u);
  EXPECT_EQ(counters.retries, 1u);
  EXPECT_EQ(counters.clock_drops, 0u);
  EXPECT_EQ(counters.reidentifications, 0u);
  EXPECT_EQ(counters.dma_commands, 1u);
  EXPECT_EQ(counters.read_commands, 2u);
  EXPECT_GT(counters.recovery_us, 0u);
  // CMD18, then CMD12, CMD13 until "tran", CMD18.
  const auto indices = rig.host.indices();
  const std::vector<uint32_t> last(indices.end() - 4, indices.end());
  EXPECT_EQ(last, (std::vector<uint32_t>{18, 12, 13, 18}));
}

TEST(SdCardLadder, LowersTheClockForACardThatIsTooSlow) {
  // Damaged at the first four tries, each being CMD18, CMD12, CMD13.
  SdRig& rig = started_with(SdInjection::kDataDamaged, 10);
  ASSERT_TRUE(rig.card.read(50, SdRig::target(kBlocks)).ok());
  const SdCounters counters = rig.card.report().counters;
  EXPECT_EQ(counters.data_crc_errors, 4u);
  EXPECT_EQ(counters.clock_drops, 1u);
  EXPECT_EQ(counters.reidentifications, 0u);
  EXPECT_EQ(rig.host.clock_hz(), SdCard::kDefaultSpeedHz);
  // And stays there.
  ASSERT_TRUE(rig.card.read(90, SdRig::target(kBlocks)).ok());
  EXPECT_EQ(rig.host.clock_hz(), SdCard::kDefaultSpeedHz);
  EXPECT_EQ(rig.card.report().clock_hz, SdCard::kDefaultSpeedHz);
  EXPECT_LT(rig.card.report().top_clock_hz, rig.card.report().full_clock_hz);
}

TEST(SdCardLadder, RestartsTheCardAtLast) {
  SdRig& rig = started_with(SdInjection::kDataDamaged, 13);
  ASSERT_TRUE(rig.card.read(50, SdRig::target(kBlocks)).ok());
  const SdCounters counters = rig.card.report().counters;
  EXPECT_EQ(counters.data_crc_errors, 5u);
  EXPECT_EQ(counters.clock_drops, 1u);
  EXPECT_EQ(counters.reidentifications, 1u);
  EXPECT_EQ(counters.failed_reads, 0u);
}

TEST(SdCardLadder, GivesUpWithTheBlocksAndTheCauseAndReadsTheOthers) {
  SdRig& rig = started_with(SdInjection::kDataDamaged, 1000);
  const base::Status status = rig.card.read(50, SdRig::target(kBlocks));
  EXPECT_EQ(status.code(), base::ErrorCode::kIo);
  EXPECT_EQ(text_of(status),
            "card blocks 50 to 73: damaged data (CRC16); reseat or replace the card");
  EXPECT_EQ(rig.card.report().counters.failed_reads, 1u);
  EXPECT_EQ(rig.card.report().counters.data_crc_errors, 6u);
  // The disturbance ends; the lower clock had not helped, so it is not kept.
  rig.host.insert({});
  const std::span<std::byte> target = SdRig::target(kBlocks);
  ASSERT_TRUE(rig.card.read(50, target).ok());
  EXPECT_TRUE(SdRig::holds(target, 50));
  EXPECT_EQ(rig.host.clock_hz(), 41'666'666u);
}

TEST(SdCardLadder, DoesWithoutDmaAfterItFailed) {
  SdRig& rig = started_with(SdInjection::kDmaError, 1);
  const std::span<std::byte> target = SdRig::target(kBlocks);
  ASSERT_TRUE(rig.card.read(50, target).ok());
  EXPECT_TRUE(SdRig::holds(target, 50));
  EXPECT_EQ(rig.card.report().counters.dma_errors, 1u);
  EXPECT_EQ(rig.card.report().counters.pio_commands, 1u);
  EXPECT_EQ(rig.card.report().dma_errors, 4u) << "read response";
  // Once is forgiven.
  EXPECT_TRUE(rig.card.report().reads_by_dma);
  ASSERT_TRUE(rig.card.read(80, target).ok());
  EXPECT_EQ(rig.card.report().counters.dma_commands, 1u);
}

TEST(SdCardLadder, LeavesAChannelAloneThatFailsAgainAndAgain) {
  SdRig& rig = started_with(SdInjection::kDmaHangs, kForEver);
  for (uint64_t block = 0; block < 5; ++block) {
    const std::span<std::byte> target = SdRig::target(kBlocks);
    ASSERT_TRUE(rig.card.read(block, target).ok());
    EXPECT_TRUE(SdRig::holds(target, block));
  }
  EXPECT_EQ(rig.card.report().counters.dma_errors, SdCard::kMaxDmaStrikes);
  EXPECT_TRUE(rig.card.report().has_dma);
  EXPECT_FALSE(rig.card.report().reads_by_dma);
  EXPECT_THAT(rig.description(), HasSubstr("PIO"));
}

TEST(SdCardLadder, DoesNotBlameDmaForACardThatFallsSilent) {
  SdRig& rig = started_with(SdInjection::kDataSilence, kForEver);
  EXPECT_EQ(rig.card.read(50, SdRig::target(kBlocks)).code(), base::ErrorCode::kTimeout);
  rig.host.insert({});
  ASSERT_TRUE(rig.card.read(50, SdRig::target(kBlocks)).ok());
  EXPECT_THAT(rig.description(), HasSubstr("DMA"));
}

TEST(SdCardLadder, RefusesToGoOnWhenDmaMayStillWrite) {
  SdRig& rig = started_with(SdInjection::kDmaDoesNotStop, 1);
  const base::Status status = rig.card.read(50, SdRig::target(kBlocks));
  EXPECT_EQ(status.code(), base::ErrorCode::kIo);
  EXPECT_THAT(text_of(status), HasSubstr("reset the board"));
}

TEST(SdCardLadder, TellsThatTheCardReportsABadBlock) {
  SdRig& rig = started_with(SdInjection::kMediaError, kForEver);
  const base::Status status = rig.card.read(50, SdRig::target(kBlocks));
  EXPECT_THAT(text_of(status), HasSubstr("the card reports an error"));
  EXPECT_EQ(rig.card.report().counters.card_errors, 6u);
}

TEST(SdCardPulled, MidwayThroughAReadEndsInAStatusAndReadsAgainWhenItIsBack) {
  for (const SdInjection how : {SdInjection::kCardPulled, SdInjection::kCardPulledQuietly}) {
    SdRig& rig = started_with(how, kForEver);
    const uint64_t begin = rig.host.elapsed_us();
    for (int attempt = 0; attempt < 2; ++attempt) {
      const base::Status status = rig.card.read(50, SdRig::target(kBlocks));
      EXPECT_FALSE(status.ok());
      EXPECT_THAT(text_of(status), HasSubstr("insert"));
    }
    EXPECT_LT(rig.host.elapsed_us() - begin, 8'000'000u);
    rig.host.insert({});
    const std::span<std::byte> target = SdRig::target(kBlocks);
    ASSERT_TRUE(rig.card.read(50, target).ok());
    EXPECT_TRUE(SdRig::holds(target, 50));
  }
}

TEST(SdCardPulled, AnotherCardInItsPlaceIsNotReadAsTheFirst) {
  SdRig& rig = started_with(SdInjection::kCardPulled, kForEver);
  EXPECT_FALSE(rig.card.read(50, SdRig::target(kBlocks)).ok());
  rig.host.insert({.serial = 999});
  for (int attempt = 0; attempt < 2; ++attempt) {
    EXPECT_THAT(text_of(rig.card.read(50, SdRig::target(kBlocks))),
                HasSubstr("another SD card was inserted"));
  }
  ASSERT_TRUE(rig.card.initialize().ok());
  EXPECT_TRUE(rig.card.read(50, SdRig::target(kBlocks)).ok());
}

}  // namespace
}  // namespace pi
