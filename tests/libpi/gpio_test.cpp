#include "libpi/bcm2835/gpio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libpi/bcm2835/act_led.h"
#include "libpi/boards/pi_zero.h"
#include "tests/fakes/fake_bus.h"
#include "tests/fakes/fake_clock.h"

namespace pi {
namespace {

using testing::ElementsAre;

constexpr uint32_t kGpfsel1 = 0x20200004;
constexpr uint32_t kGpfsel4 = 0x20200010;
constexpr uint32_t kGpset1 = 0x20200020;
constexpr uint32_t kGpclr1 = 0x2020002c;
constexpr uint32_t kGppud = 0x20200094;
constexpr uint32_t kGppudclk1 = 0x2020009c;

struct GpioTest : testing::Test {
  FakeBus bus;
  FakeClock clock;
  Gpio gpio{kPiZero.gpio, clock};
};

TEST_F(GpioTest, ChangesOnePinsFunctionAndNoOther) {
  bus.memory[kGpfsel1] = 0x3fffffff;
  gpio.set_function(14, Gpio::Function::kAlt0);
  EXPECT_EQ(bus.memory[kGpfsel1], 0x3fffffffu - (7u << 12) + (4u << 12));
  EXPECT_EQ(gpio.function(14), Gpio::Function::kAlt0);
  EXPECT_EQ(gpio.function(15), Gpio::Function::kAlt3);
  EXPECT_TRUE(bus.barriers_are_right());
}

TEST_F(GpioTest, KnowsTheOddNumbersOfAlternatives) {
  gpio.set_function(15, Gpio::Function::kAlt5);
  EXPECT_EQ(bus.memory[kGpfsel1], 2u << 15);
  gpio.set_function(15, Gpio::Function::kAlt4);
  EXPECT_EQ(bus.memory[kGpfsel1], 3u << 15);
}

TEST_F(GpioTest, SetsAPullInTheManualsOrderAndLeavesTheRegistersClear) {
  const uint64_t begin = clock.time_us;
  gpio.set_pull(48, Gpio::Pull::kUp);
  EXPECT_THAT(bus.writes(), ElementsAre(write_of(kGppud, 2), write_of(kGppudclk1, 1u << 16),
                                        write_of(kGppud, 0), write_of(kGppudclk1, 0)));
  EXPECT_GE(clock.time_us - begin, 16u);
}

TEST_F(GpioTest, RefusesPinsThatAreNot) {
  EXPECT_DEATH(gpio.set_function(54, Gpio::Function::kInput), "pin < kPins");
}

TEST_F(GpioTest, LightsTheLedByALowPin) {
  ActLed led(kPiZero.led, gpio);
  EXPECT_THAT(bus.writes(), ElementsAre(write_of(kGpset1, 1u << 15), write_of(kGpfsel4, 1u << 21)));
  led.set(true);
  EXPECT_EQ(bus.writes().back(), write_of(kGpclr1, 1u << 15));
}

TEST_F(GpioTest, BeatsTwiceASecond) {
  ActLed led(kPiZero.led, gpio);
  int flashes = 0;
  bool lit = false;
  for (uint64_t ms = 0; ms < 1000; ++ms) {
    led.heartbeat(ms * 1000);
    const bool now = bus.writes().back().address == kGpclr1;
    if (now && !lit) ++flashes;
    lit = now;
  }
  EXPECT_EQ(flashes, 2);
}

}  // namespace
}  // namespace pi
