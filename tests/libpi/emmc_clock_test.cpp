#include "libpi/bcm2835/emmc_clock.h"

#include <gmock/gmock.h>

#include "tests/libpi/mailbox_rig.h"

namespace pi {
namespace {

using ::testing::ElementsAre;

constexpr uint32_t kPower = 0x00028001, kRate = 0x00030002, kMeasured = 0x00030047,
                   kSet = 0x00038002;
constexpr uint32_t kEmmcId = 1;

struct EmmcClockTest : MailboxTest {
  EmmcClockTest() { answers[kPower] = {0, 1}; }
  EmmcClock emmc_clock{mailbox};
};

TEST_F(EmmcClockTest, SwitchesThePowerOnAndBelievesWhatIsCounted) {
  // Firmware of September 2021 says that it set 0.
  answers[kRate] = {kEmmcId, 0};
  answers[kMeasured] = {kEmmcId, 199'995'120};
  const base::Result<uint32_t> hz = emmc_clock.start();
  ASSERT_TRUE(hz.ok());
  EXPECT_EQ(*hz, 199'995'120u);
  EXPECT_TRUE(emmc_clock.is_measured());
  EXPECT_THAT(asked, ElementsAre(kPower, kMeasured));
}

TEST_F(EmmcClockTest, SetsAClockThatStandsStillAndCountsAgain) {
  // It was set to 250 MHz, and does not run.
  answers[kRate] = {kEmmcId, 250'000'000};
  answers[kMeasured] = {kEmmcId, 0};
  before = [this](const std::vector<uint32_t>& asked_now) {
    if (asked_now[2] != kSet) return;
    EXPECT_EQ(asked_now[5], kEmmcId);
    EXPECT_EQ(asked_now[6], EmmcClock::kWantedHz);
    answers[kSet] = {kEmmcId, 200'000'000};
    answers[kMeasured] = {kEmmcId, 200'000'992};
  };
  const base::Result<uint32_t> hz = emmc_clock.start();
  ASSERT_TRUE(hz.ok());
  EXPECT_EQ(*hz, 200'000'992u);
  EXPECT_THAT(asked, ElementsAre(kPower, kMeasured, kSet, kMeasured));
}

TEST_F(EmmcClockTest, AsksWhatWasSetWhereNothingCounts) {
  answers[kRate] = {kEmmcId, 50'000'000};
  const base::Result<uint32_t> hz = emmc_clock.start();
  ASSERT_TRUE(hz.ok());
  EXPECT_EQ(*hz, 50'000'000u);
  EXPECT_FALSE(emmc_clock.is_measured());
}

TEST_F(EmmcClockTest, SetsAClockOfWhichNothingIsToldAndTakesTheAnswer) {
  answers[kSet] = {kEmmcId, 200'000'000};
  const base::Result<uint32_t> hz = emmc_clock.start();
  ASSERT_TRUE(hz.ok());
  EXPECT_EQ(*hz, 200'000'000u);
  EXPECT_FALSE(emmc_clock.is_measured());
}

TEST_F(EmmcClockTest, NeverAssumesARate) {
  EXPECT_EQ(emmc_clock.start().status().code(), base::ErrorCode::kUnsupported);
  answers[kRate] = {kEmmcId, 0};
  answers[kMeasured] = {kEmmcId, 0};
  answers[kSet] = {kEmmcId, 200'000'000};
  // Set, as the firmware says, but it does not run.
  EXPECT_EQ(emmc_clock.start().status().code(), base::ErrorCode::kUnsupported);
}

TEST_F(EmmcClockTest, TellsAFirmwareThatIsSilent) {
  silent = true;
  EXPECT_EQ(emmc_clock.start().status().code(), base::ErrorCode::kTimeout);
}

}  // namespace
}  // namespace pi
