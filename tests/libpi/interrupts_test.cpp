#include "libpi/bcm2835/interrupts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libpi/boards/pi_zero.h"
#include "tests/fakes/fake_bus.h"

namespace pi {
namespace {

using testing::Contains;
using testing::ElementsAre;

constexpr uint32_t kPending1 = 0x2000b204;
constexpr uint32_t kPending2 = 0x2000b208;
constexpr uint32_t kFiqControl = 0x2000b20c;
constexpr uint32_t kEnable1 = 0x2000b210;
constexpr uint32_t kEnable2 = 0x2000b214;
constexpr uint32_t kDisable1 = 0x2000b21c;
constexpr uint32_t kDisable2 = 0x2000b220;
constexpr uint32_t kDisableBasic = 0x2000b224;

void count(void* context) { ++*static_cast<int*>(context); }

TEST(Interrupts, MasksWhatTheFirmwareLeftEnabled) {
  FakeBus bus;
  const Interrupts interrupts(kPiZero.interrupts);
  EXPECT_THAT(bus.writes(),
              ElementsAre(write_of(kFiqControl, 0), write_of(kDisable1, 0xffffffff),
                          write_of(kDisable2, 0xffffffff), write_of(kDisableBasic, 0xffffffff)));
  EXPECT_TRUE(bus.barriers_are_right());
}

TEST(Interrupts, CallsTheHandlersOfWhatIsPending) {
  FakeBus bus;
  Interrupts interrupts{kPiZero.interrupts};
  int uart = 0;
  int timer = 0;
  interrupts.attach(kPiZero.pl011.irq, count, &uart);
  interrupts.attach(kPiZero.idle_alarm.irq, count, &timer);
  EXPECT_THAT(bus.writes_to(kEnable2), ElementsAre(1u << 25));
  EXPECT_THAT(bus.writes_to(kEnable1), ElementsAre(1u << 3));

  bus.memory[kPending2] = 1u << 25;
  interrupts.dispatch();
  EXPECT_EQ(uart, 1);
  EXPECT_EQ(timer, 0);

  bus.memory[kPending1] = 1u << 3;
  interrupts.dispatch();
  EXPECT_EQ(uart, 2);
  EXPECT_EQ(timer, 1);
  EXPECT_TRUE(bus.barriers_are_right());
}

TEST(Interrupts, SilencesWhatHasNoHandler) {
  FakeBus bus;
  Interrupts interrupts{kPiZero.interrupts};
  bus.memory[kPending2] = 1u << 30;
  bus.memory[kEnable2] = 1u << 30;
  interrupts.dispatch();
  EXPECT_EQ(bus.writes_to(kDisable2).back(), 1u << 30);
}

TEST(Interrupts, LeavesTheFirmwaresOwnSourcesAlone) {
  FakeBus bus;
  Interrupts interrupts{kPiZero.interrupts};
  // Compare channel 0 of the timer is the firmware's, and shows as pending without being enabled.
  bus.memory[kPending1] = 1;
  bus.memory[kEnable1] = 1u << 3;
  bus.events.clear();
  interrupts.dispatch();
  EXPECT_TRUE(bus.writes().empty());
}

TEST(Interrupts, RefusesASecondHandler) {
  FakeBus bus;
  Interrupts interrupts{kPiZero.interrupts};
  interrupts.attach(kPiZero.mini_uart.irq, count, nullptr);
  EXPECT_DEATH(interrupts.attach(kPiZero.mini_uart.irq, count, nullptr), "handled_");
}

}  // namespace
}  // namespace pi
