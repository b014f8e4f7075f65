#include "libpi/bcm2835/power_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libpi/boards/pi_zero.h"
#include "tests/fakes/fake_bus.h"

namespace pi {
namespace {

using testing::ElementsAre;

constexpr uint32_t kRstc = 0x2010001c;
constexpr uint32_t kRsts = 0x20100020;
constexpr uint32_t kWdog = 0x20100024;

TEST(PowerManager, RebootsFromTheUsualPartition) {
  FakeBus bus;
  bus.memory[kRsts] = 0x1555;
  bus.memory[kRstc] = 0x102;
  PowerManager(kPiZero.power_manager).request_reboot();
  EXPECT_THAT(bus.writes(), ElementsAre(write_of(kRsts, 0x5a001000), write_of(kWdog, 0x5a00000a),
                                        write_of(kRstc, 0x5a000122)));
  EXPECT_TRUE(bus.barriers_are_right());
}

TEST(PowerManager, HaltsByPartition63) {
  FakeBus bus;
  bus.memory[kRsts] = 0x1000;
  PowerManager(kPiZero.power_manager).request_halt();
  EXPECT_EQ(bus.writes_to(kRsts), std::vector<uint32_t>{0x5a001555});
}

TEST(PowerManager, TellsWhyTheBoardStarted) {
  FakeBus bus;
  bus.memory[kRsts] = 0x1000;
  EXPECT_EQ(PowerManager(kPiZero.power_manager).reset_reason(), ResetReason::kPowerOn);
  bus.memory[kRsts] = 0x1020;
  EXPECT_EQ(PowerManager(kPiZero.power_manager).reset_reason(), ResetReason::kWatchdog);
  bus.memory[kRsts] = 0;
  EXPECT_EQ(PowerManager(kPiZero.power_manager).reset_reason(), ResetReason::kUnknown);
  EXPECT_EQ(to_text(ResetReason::kPowerOn), "power on");
}

}  // namespace
}  // namespace pi
