#include "libpi/bcm2835/dma.h"

#include <array>
#include <string>
#include <vector>

#include "tests/libpi/sd_rig.h"

namespace pi {
namespace {

base::Result<unsigned> choose(uint32_t usable_channels) {
  return Dma::choose_channel(usable_channels, kPiZero.dma.for_the_card);
}

TEST(Dma, PrefersAFreeNormalChannel) {
  EXPECT_EQ(choose(0x7f35).value(), 4u);  // Linux's mask
  EXPECT_EQ(choose(0x003c).value(), 4u);  // QEMU's
  EXPECT_EQ(choose(0x7f25).value(), 5u);
  EXPECT_EQ(choose(0x0001).value(), 0u);
  // LITE channels and those of the firmware do not count.
  EXPECT_EQ(choose(0xffca).status().code(), base::ErrorCode::kNotFound);
}

// Every access to channel 4, and every barrier and cache operation, in order.
class Trace final : public mmio::Bus, public base::Clock, public core::Observer {
 public:
  Trace() {
    mmio::bus() = this;
    core::observer() = this;
  }
  ~Trace() override {
    mmio::bus() = nullptr;
    core::observer() = nullptr;
  }
  uint32_t read32(uint32_t address) override {
    events.push_back("read " + name(address));
    return (address & 0xfff) == 0x420 ? debug : (address & 0xfff) == 0x400 ? cs : 0;
  }
  void write32(uint32_t address, uint32_t value) override {
    events.push_back("write " + name(address));
    if ((address & 0xfff) == 0x400) written_cs.push_back(value);
    if ((address & 0xfff) == 0x404) block = value;
  }
  uint64_t now_us() override { return now += 10; }
  void barrier(bool synchronization) override { events.push_back(synchronization ? "DSB" : "DMB"); }
  void cache(core::CacheOperation operation, std::span<const std::byte> range) override {
    const char* names[] = {"clean ", "invalidate ", "clean+invalidate "};
    events.push_back(names[static_cast<int>(operation)] + std::to_string(range.size()));
  }
  static std::string name(uint32_t address) {
    switch (address & 0xfff) {
      case 0x400:
        return "CS";
      case 0x404:
        return "CONBLK_AD";
      case 0x420:
        return "DEBUG";
      default:
        return "ENABLE";
    }
  }

  uint32_t cs = 0;
  uint32_t debug = 0;
  uint32_t block = 0;
  uint64_t now = 0;
  std::vector<std::string> events;
  std::vector<uint32_t> written_cs;
};

Dma& make_dma(Trace& trace) {
  static std::optional<Dma> dma;
  dma.emplace(trace, kPiZero.dma.registers, kPiZero.bus, 4);
  return *dma;
}

TEST(Dma, MaintainsTheCachesAroundATransferInTheRightOrder) {
  Trace trace;
  Dma& dma = make_dma(trace);
  const std::span<std::byte> target = SdRig::target(2);
  dma.prepare(0x7e300020, Dma::Dreq::kEmmc, target);
  dma.start();
  trace.cs = 1;
  EXPECT_EQ(dma.poll(), Dma::State::kActive);
  trace.cs = 2;
  EXPECT_EQ(dma.poll(), Dma::State::kDone);
  dma.finish();
  const std::vector<std::string> expected = {"clean+invalidate 1024",
                                             "clean 32",
                                             "DSB",
                                             "write DEBUG",
                                             "write CS",
                                             "write CONBLK_AD",
                                             "write CS",
                                             "DSB",
                                             "read CS",
                                             "DMB",
                                             "read CS",
                                             "DMB",
                                             "DSB",
                                             "write CS",
                                             "DSB",
                                             "invalidate 1024"};
  EXPECT_EQ(trace.events, expected);
  // ACTIVE, priority 1, panic priority 15, wait for outstanding writes.
  EXPECT_EQ(trace.written_cs.at(1), 0x10f10001u);
  EXPECT_EQ(dma.poll(), Dma::State::kIdle);
}

TEST(Dma, TellsTheChannelByBusAddressesWhatToDo) {
  Trace trace;
  Dma& dma = make_dma(trace);
  const std::span<std::byte> target = SdRig::target(1);
  dma.prepare(0x7e300020, Dma::Dreq::kEmmc, target);
  dma.start();
  ASSERT_EQ(trace.block % 32, 0u);
  const auto* block = reinterpret_cast<const Dma::ControlBlock*>(core::memory_at(trace.block));
  EXPECT_EQ(block->transfer_information, 0x000b0438u);
  EXPECT_EQ(block->source, 0x7e300020u);
  EXPECT_EQ(core::memory_at(block->destination), target.data());
  EXPECT_EQ(block->length, 512u);
  EXPECT_EQ(block->next, 0u);
}

TEST(Dma, ReportsTheErrorsOfTheChannel) {
  Trace trace;
  Dma& dma = make_dma(trace);
  dma.prepare(0x7e300020, Dma::Dreq::kEmmc, SdRig::target(1));
  dma.start();
  trace.cs = 0x101;
  trace.debug = 0x5;
  EXPECT_EQ(dma.poll(), Dma::State::kFailed);
  EXPECT_EQ(dma.error_bits(), 5u);
  EXPECT_TRUE(dma.abort().ok());
}

TEST(Dma, AbortPausesDrainsAndResets) {
  Trace trace;
  Dma& dma = make_dma(trace);
  dma.prepare(0x7e300020, Dma::Dreq::kEmmc, SdRig::target(1));
  dma.start();
  trace.events.clear();
  trace.written_cs.clear();
  EXPECT_TRUE(dma.abort().ok());
  EXPECT_EQ(trace.written_cs, (std::vector<uint32_t>{0, 0x80000000}));
  EXPECT_EQ(trace.events, (std::vector<std::string>{"DSB", "write CS", "DSB", "read CS", "DMB",
                                                    "DSB", "write CS", "write DEBUG", "DSB"}));
}

TEST(Dma, AbortTellsWhenWritesNeverDrain) {
  Trace trace;
  Dma& dma = make_dma(trace);
  trace.cs = 1 << 6;
  const base::Status status = dma.abort();
  EXPECT_EQ(status.code(), base::ErrorCode::kTimeout);
  EXPECT_LT(trace.now, Dma::kAbortTimeoutUs + 1000);
}

TEST(DmaDeathTest, RefusesATargetThatSharesACacheLine) {
  Trace trace;
  Dma& dma = make_dma(trace);
  const std::span<std::byte> memory = SdRig::target(2);
  EXPECT_DEATH(dma.prepare(0, Dma::Dreq::kEmmc, memory.subspan(4, 512)), "CHECK");
  EXPECT_DEATH(dma.prepare(0, Dma::Dreq::kEmmc, memory.first(500)), "CHECK");
}

}  // namespace
}  // namespace pi
