#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/format.h"
#include "tests/libpi/mailbox_rig.h"

namespace pi {
namespace {

TEST_F(MailboxTest, AsksInTheFormatOfThePropertyChannel) {
  answers[0x00010005] = {0, 0x1f000000};
  const base::Result<Mailbox::MemoryRange> memory = mailbox.arm_memory();
  ASSERT_TRUE(memory.ok());
  EXPECT_EQ(memory->size, 0x1f000000u);
  EXPECT_EQ(question, (std::vector<uint32_t>{32, 0, 0x00010005, 8, 0, 0, 0, 0}));
  EXPECT_TRUE(bus.barriers_are_right());
}

TEST_F(MailboxTest, PassesRequestsAndTakesAnswers) {
  answers[0x00038002] = {3, 1'000'000'000};
  EXPECT_EQ(*mailbox.set_clock_rate(Mailbox::ClockId::kArm, 999'000'000), 1'000'000'000u);
  EXPECT_EQ(question, (std::vector<uint32_t>{36, 0, 0x00038002, 12, 0, 3, 999'000'000, 0, 0}));
}

TEST_F(MailboxTest, CleansTheCacheBeforeAndInvalidatesItAfter) {
  answers[0x00010002] = {0x9000c1};
  ASSERT_TRUE(mailbox.board_revision().ok());
  ASSERT_EQ(bus.cache_operations.size(), 2u);
  EXPECT_EQ(bus.cache_operations[0].operation, core::CacheOperation::kCleanInvalidate);
  EXPECT_EQ(bus.cache_operations[1].operation, core::CacheOperation::kInvalidate);
  for (const FakeBus::CacheEvent& event : bus.cache_operations) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(event.range.data()) % 32, 0u);
    EXPECT_EQ(event.range.size() % 32, 0u);
  }
}

TEST_F(MailboxTest, TellsATagThatTheFirmwareDoesNotKnow) {
  // As QEMU and old firmware do: success on the whole, no answer in the tag.
  EXPECT_EQ(mailbox.throttled().status().code(), base::ErrorCode::kUnsupported);
  answers[0x00030047] = {4, 0};
  EXPECT_EQ(mailbox.measured_clock_rate(Mailbox::ClockId::kCore).status().code(),
            base::ErrorCode::kNotFound);
  answers[0x00030047] = {4};
  EXPECT_FALSE(mailbox.measured_clock_rate(Mailbox::ClockId::kCore).ok());
}

TEST_F(MailboxTest, TellsAnErrorOfTheFirmware) {
  answers[0x00010002] = {1};
  code = 0x80000001;
  EXPECT_EQ(mailbox.board_revision().status().code(), base::ErrorCode::kIo);
}

TEST_F(MailboxTest, DrainsStaleLettersAndSkipsOtherChannels) {
  answers[0x00010002] = {0x900093};
  letters = {0x1234, 0x5678};
  before_answer = {0x40000001, 0x77777778};
  EXPECT_EQ(*mailbox.board_revision(), 0x900093u);
}

TEST_F(MailboxTest, ReadsTheAnswerOnlyWhenItsOwnLetterHasCome) {
  answers[0x00010002] = {0x900093};
  bus.writers[kWrite] = [this](uint32_t letter) {
    last_letter = letter;
    // Half written when another channel's letter comes.
    reinterpret_cast<uint32_t*>(core::memory_at(letter & ~0xfu))[1] = 0x80000000;
    letters.push_back(0x40000001);
  };
  int polls = 0;
  bus.readers[kStatus0] = [this, &polls] {
    if (++polls == 20) answer(last_letter);
    return letters.empty() ? kEmpty : 0;
  };
  EXPECT_EQ(*mailbox.board_revision(), 0x900093u);
}

TEST_F(MailboxTest, DoesNotTakeALateAnswerToAnEarlierQuestionForItsOwn) {
  silent = true;
  EXPECT_EQ(mailbox.board_revision().status().code(), base::ErrorCode::kTimeout);
  // The late letter has our own address, and arrives when the next question is under way.
  const uint32_t late = last_letter;
  bus.writers[kWrite] = [this, late](uint32_t) { letters.push_back(late); };
  int polls = 0;
  bus.readers[kStatus0] = [this, &polls]() -> uint32_t {
    if (++polls == 20) {
      silent = false;
      answers[0x00010002] = {0x9000c1};
      answer(last_letter);
    }
    return letters.empty() ? kEmpty : 0;
  };
  EXPECT_EQ(*mailbox.board_revision(), 0x9000c1u);
}

TEST_F(MailboxTest, GivesUpOnASilentFirmware) {
  silent = true;
  const uint64_t begin = clock.time_us;
  EXPECT_EQ(mailbox.board_revision().status().code(), base::ErrorCode::kTimeout);
  EXPECT_LT(clock.time_us - begin, 2 * Mailbox::kDeadlineUs);
}

TEST_F(MailboxTest, GivesUpOnAFullMailbox) {
  full_polls = INT32_MAX;
  EXPECT_EQ(mailbox.board_revision().status().code(), base::ErrorCode::kTimeout);
  EXPECT_TRUE(bus.writes_to(kWrite).empty());
}

TEST_F(MailboxTest, WaitsForRoom) {
  answers[0x00010002] = {0x900093};
  full_polls = 10;
  EXPECT_TRUE(mailbox.board_revision().ok());
}

TEST_F(MailboxTest, TellsWhenADeviceStaysOff) {
  answers[0x00028001] = {0, 1};
  EXPECT_TRUE(mailbox.power_on(Mailbox::PowerDevice::kSdCard).ok());
  answers[0x00028001] = {0, 0};
  EXPECT_EQ(mailbox.power_on(Mailbox::PowerDevice::kSdCard).code(), base::ErrorCode::kIo);
  answers[0x00028001] = {0, 3};
  EXPECT_FALSE(mailbox.power_on(Mailbox::PowerDevice::kSdCard).ok());
}

TEST_F(MailboxTest, ReadsTheCommandLine) {
  answers[0x00050001] = {0x3d626161, 0x00000063};  // "aab=c"
  char text[16];
  EXPECT_EQ(*mailbox.command_line(text), "aab=c");
  char small[2];
  EXPECT_EQ(*mailbox.command_line(small), "aa");
}

}  // namespace
}  // namespace pi
