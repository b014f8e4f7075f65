#include "libpi/bcm2835/emmc.h"

#include "tests/libpi/sd_rig.h"

namespace pi {
namespace {

TEST(Emmc, DividesTheClockByAnyEvenNumberAndNeverBeyondWhatIsWanted) {
  struct Case {
    uint32_t base_hz, wanted_hz, got_hz;
  };
  // 250, 200 and 100 MHz are what firmware of some year sets; QEMU says 50.
  for (const Case& c : {Case{250'000'000, 50'000'000, 41'666'666},
                        {250'000'000, 25'000'000, 25'000'000},
                        {250'000'000, 400'000, 399'361},
                        {200'000'000, 50'000'000, 50'000'000},
                        {100'000'000, 50'000'000, 50'000'000},
                        {50'000'000, 50'000'000, 50'000'000},
                        {50'000'000, 400'000, 396'825},
                        // As counted on boards.
                        {200'000'992, 50'000'000, 50'000'248},
                        {199'995'120, 50'000'000, 49'998'780},
                        {250'000'496, 25'000'000, 25'000'049},
                        {50'000'496, 50'000'000, 50'000'496},
                        // More than half a percent is too much.
                        {201'100'000, 50'000'000, 33'516'666},
                        // The divider has ten bits; what a firmware may say is no reason to stop.
                        {820'000'000, 400'000, 400'782},
                        {4'000'000'000, 400'000, 1'955'034}}) {
    FakeSdHost host;
    host.set_base_clock(c.base_hz);
    Emmc emmc(host, kPiZero.card.registers, kPiZero.bus);
    ASSERT_EQ(emmc.reset(c.base_hz), SdFault::kNone);
    EXPECT_EQ(emmc.clock_hz(), 0u);
    ASSERT_EQ(emmc.set_clock(c.wanted_hz), SdFault::kNone);
    EXPECT_EQ(emmc.clock_hz(), c.got_hz) << c.base_hz << " " << c.wanted_hz;
    EXPECT_EQ(host.clock_hz(), c.got_hz);
  }
}

TEST(Emmc, NeverResetsWithoutABaseClock) {
  FakeSdHost host;
  host.set_base_clock(0);
  Emmc emmc(host, kPiZero.card.registers, kPiZero.bus);
  EXPECT_EQ(emmc.reset(FakeSdHost::kBaseClockHz), SdFault::kStuck);
  ASSERT_TRUE(host.start().ok());
  EXPECT_EQ(emmc.reset(FakeSdHost::kBaseClockHz), SdFault::kNone);
}

TEST(Emmc, SpacesItsWritesAtEverySpeed) {
  FakeSdHost host;
  Emmc emmc(host, kPiZero.card.registers, kPiZero.bus);
  ASSERT_EQ(emmc.reset(FakeSdHost::kBaseClockHz), SdFault::kNone);
  for (const uint32_t hz : {400'000u, 25'000'000u, 50'000'000u, 400'000u}) {
    ASSERT_EQ(emmc.set_clock(hz), SdFault::kNone);
    emmc.set_bus_width(BusWidth::k4Bits);
    emmc.set_bus_width(BusWidth::k1Bit);
    ASSERT_EQ(emmc.reset_lines(), SdFault::kNone);
  }
  EXPECT_EQ(host.violations().write_spacing, 0);
  EXPECT_EQ(host.violations().total(), 0);
}

TEST(Emmc, GivesUpOnACommandThatRaisesNoFlag) {
  FakeSdHost host;
  Emmc emmc(host, kPiZero.card.registers, kPiZero.bus);
  ASSERT_EQ(emmc.reset(FakeSdHost::kBaseClockHz), SdFault::kNone);
  ASSERT_EQ(emmc.set_clock(400'000), SdFault::kNone);
  host.inject(SdInjection::kSilence, 0);
  const uint64_t begin = host.elapsed_us();
  EXPECT_EQ(emmc.send(sd::go_idle_state()), SdFault::kStuck);
  EXPECT_GE(host.elapsed_us() - begin, Emmc::kCommandTimeoutUs);
  EXPECT_LE(host.elapsed_us() - begin, Emmc::kCommandTimeoutUs + 10'000);
  // The line is still taken: the next command waits for it, and gives up too.
  EXPECT_EQ(emmc.send(sd::go_idle_state()), SdFault::kStuck);
  ASSERT_EQ(host.sent().size(), 1u);
  ASSERT_EQ(emmc.reset_lines(), SdFault::kNone);
  EXPECT_EQ(emmc.send(sd::go_idle_state()), SdFault::kNone);
}

TEST(Emmc, TellsTheKindsOfBadAnswersApart) {
  FakeSdHost host;
  Emmc emmc(host, kPiZero.card.registers, kPiZero.bus);
  ASSERT_EQ(emmc.reset(FakeSdHost::kBaseClockHz), SdFault::kNone);
  ASSERT_EQ(emmc.set_clock(400'000), SdFault::kNone);
  host.inject(SdInjection::kCommandTimeout, 0);
  host.inject(SdInjection::kAnswerDamaged, 1);
  const SdCommand command = sd::send_interface_condition(sd::kInterfaceCondition);
  EXPECT_EQ(emmc.send(command), SdFault::kCommandTimeout);
  ASSERT_EQ(emmc.reset_lines(), SdFault::kNone);
  EXPECT_EQ(emmc.send(command), SdFault::kCommandCrc);
  ASSERT_EQ(emmc.reset_lines(), SdFault::kNone);
  EXPECT_EQ(emmc.send(command), SdFault::kNone);
  EXPECT_EQ(emmc.response(), sd::kInterfaceCondition);
}

TEST(Emmc, SendsAStopWhileDataAreUnderWayAndNothingElse) {
  SdRig& rig = SdRig::make();
  ASSERT_TRUE(rig.card.initialize().ok());
  ASSERT_EQ(rig.emmc.begin_read(sd::read_multiple_block(0), 512, 100), SdFault::kNone);
  EXPECT_EQ(rig.emmc.send(sd::select_card(FakeSdCard::kRca)), SdFault::kStuck);
  EXPECT_EQ(rig.emmc.send(sd::stop_transmission()), SdFault::kNone);
  EXPECT_EQ(rig.host.sent().back().index, 12u);
}

// Answers every read of INTERRUPT with the same flags.
class FlagBus final : public mmio::Bus, public base::Clock {
 public:
  FlagBus() { mmio::bus() = this; }
  ~FlagBus() override { mmio::bus() = nullptr; }
  uint32_t read32(uint32_t address) override { return (address & 0xff) == 0x30 ? flags : 0; }
  void write32(uint32_t, uint32_t) override {}
  uint64_t now_us() override { return ++now; }
  uint32_t flags = 0;
  uint64_t now = 0;
};

// SDHCI 2.2.17.
TEST(Emmc, TakesACompleteTransferForCompleteDespiteADataTimeout) {
  FlagBus bus;
  Emmc emmc(bus, kPiZero.card.registers, kPiZero.bus);
  bus.flags = emmc::Interrupt::DtoErr::kMask;
  EXPECT_EQ(emmc.data_event().fault, SdFault::kDataTimeout);
  bus.flags |= emmc::Interrupt::DataDone::kMask;
  EXPECT_EQ(emmc.data_event().fault, SdFault::kNone);
  EXPECT_TRUE(emmc.data_event().complete);
  bus.flags |= emmc::Interrupt::DcrcErr::kMask;
  EXPECT_EQ(emmc.data_event().fault, SdFault::kDataCrc);
}

TEST(Emmc, GivesUpOnAControllerThatDoesNotReset) {
  FakeSdHost host;
  Emmc emmc(host, kPiZero.card.registers, kPiZero.bus);
  ASSERT_EQ(emmc.reset(FakeSdHost::kBaseClockHz), SdFault::kNone);
  ASSERT_EQ(emmc.set_clock(400'000), SdFault::kNone);
  host.inject(SdInjection::kControllerHangs, 0);
  EXPECT_EQ(emmc.send(sd::go_idle_state()), SdFault::kStuck);
  EXPECT_EQ(emmc.reset_lines(), SdFault::kStuck);
  EXPECT_EQ(emmc.reset(FakeSdHost::kBaseClockHz), SdFault::kStuck);
  EXPECT_LT(host.elapsed_us(), 1'000'000u);
}

}  // namespace
}  // namespace pi
