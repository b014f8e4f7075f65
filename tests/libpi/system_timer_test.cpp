#include "libpi/bcm2835/system_timer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libpi/boards/pi_zero.h"
#include "libpi/deadline.h"
#include "tests/fakes/fake_bus.h"
#include "tests/fakes/fake_clock.h"

namespace pi {
namespace {

using testing::ElementsAre;

constexpr uint32_t kCs = 0x20003000;
constexpr uint32_t kClo = 0x20003004;
constexpr uint32_t kChi = 0x20003008;
constexpr uint32_t kC1 = 0x20003010;
constexpr uint32_t kC3 = 0x20003018;

TEST(SystemTimer, JoinsBothHalves) {
  FakeBus bus;
  bus.memory[kChi] = 3;
  bus.memory[kClo] = 0x80000001;
  EXPECT_EQ(SystemTimer(kPiZero.system_timer).now_us(), 0x380000001u);
  EXPECT_TRUE(bus.barriers_are_right());
}

TEST(SystemTimer, ReadsRightWhenTheLowHalfWrapsInBetween) {
  FakeBus bus;
  // Each read takes a microsecond, and the wrap comes at each possible place.
  for (uint64_t start = 0xfffffffc; start < 0x100000002; ++start) {
    uint64_t time = start;
    bus.readers[kClo] = [&] { return static_cast<uint32_t>(time++); };
    bus.readers[kChi] = [&] { return static_cast<uint32_t>(time++ >> 32); };
    const uint64_t read = SystemTimer(kPiZero.system_timer).now_us();
    EXPECT_GE(read, start);
    EXPECT_LE(read, time);
  }
}

TEST(SystemTimer, WithdrawsAnOldAlarmBeforeTheNew) {
  FakeBus bus;
  bus.memory[kClo] = 0xffffffff;
  SystemTimer(kPiZero.system_timer).set_alarm(SystemTimer::Channel::k3, 100);
  EXPECT_THAT(bus.writes(), ElementsAre(write_of(kCs, 8), write_of(kC3, 99)));
}

TEST(SystemTimer, NeverSetsAnAlarmThatWouldBeMissed) {
  FakeBus bus;
  bus.memory[kClo] = 50;
  SystemTimer(kPiZero.system_timer).set_alarm(SystemTimer::Channel::k1, 0);
  EXPECT_THAT(bus.writes_to(kC1), ElementsAre(52u));
}

TEST(SystemTimer, SetsAnAlarmAnewThatWasMissedWhileItWasSet) {
  FakeBus bus;
  // The first time, 30 microseconds go by between the looks.
  uint32_t time = 100;
  int looks = 0;
  bus.readers[kClo] = [&] { return looks++ == 1 ? time += 30 : time; };
  bus.readers[kCs] = [] { return 0u; };
  SystemTimer(kPiZero.system_timer).set_alarm(SystemTimer::Channel::k3, 20);
  EXPECT_THAT(bus.writes_to(kC3), ElementsAre(120u, 170u));
}

TEST(SystemTimer, LeavesAnAlarmAloneThatCameWhileItWasSet) {
  FakeBus bus;
  uint32_t time = 100;
  bus.readers[kClo] = [&] { return time += 30; };
  bus.readers[kCs] = [] { return 8u; };
  SystemTimer(kPiZero.system_timer).set_alarm(SystemTimer::Channel::k3, 20);
  EXPECT_THAT(bus.writes_to(kC3), ElementsAre(150u));
}

TEST(SystemTimer, ClearsOnlyItsChannel) {
  FakeBus bus;
  SystemTimer(kPiZero.system_timer).clear_alarm(SystemTimer::Channel::k1);
  EXPECT_THAT(bus.writes(), ElementsAre(write_of(kCs, 2)));
}

TEST(Deadline, PassesWhenItsTimeIsOver) {
  FakeClock clock;
  const Deadline deadline(clock, 100);
  EXPECT_FALSE(deadline.passed());
  clock.time_us += 100;
  EXPECT_TRUE(deadline.passed());
}

TEST(Delay, IsNeverShort) {
  FakeClock clock;
  const uint64_t begin = clock.time_us;
  delay_us(clock, 10);
  // The first look at the clock may come at the very end of a microsecond.
  EXPECT_GE(clock.time_us - begin, 11u);
}

}  // namespace
}  // namespace pi
