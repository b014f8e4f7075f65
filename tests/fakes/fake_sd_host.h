// The board around an SD card, in simulated time: the EMMC controller (BCM2835 ARM Peripherals,
// chapter 5), one DMA channel (chapter 4), the microsecond clock, and the data cache between
// processor and memory. It plays what a board does and QEMU does not: writes that come too close
// are counted, DMA waits for DREQ, does not see the cache and is not seen by it, and accesses to
// two peripherals need barriers between them.
//
// Faults are injected by the number of the command at which they happen, counted from 0 over
// everything that the driver sends.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "base/clock.h"
#include "libpi/core/cache.h"
#include "libpi/mmio.h"
#include "libpi/sd_base_clock.h"
#include "mmio_backend.h"
#include "tests/fakes/fake_sd_card.h"

namespace pi {

enum class SdInjection : uint8_t {
  kCommandTimeout,     // the card misses the command
  kAnswerLost,         // the card acts on it, its answer is not heard
  kAnswerDamaged,      // it acts, the answer has a bad CRC
  kSilence,            // no flag is ever raised, and the line stays inhibited
  kDataTimeout,        // data stop, the controller reports it after 100 ms
  kDataSilence,        // data stop, nothing reports it
  kDataDamaged,        // a block comes with wrong bytes and the CRC error
  kDataEndBit,         // the same, by its end bit
  kAutoStopFails,      // the automatic CMD12 is not answered
  kMediaError,         // the answer to the automatic CMD12 has CARD_ECC_FAILED
  kDmaError,           // the channel stops with an error
  kDmaHangs,           // the channel stops without one
  kDmaDoesNotStop,     // as kDmaHangs, and its writes never drain
  kCardPulled,         // no card any more
  kCardPulledQuietly,  // the same, without any flag: what QEMU does
  kControllerHangs,    // resets never complete any more
};

class FakeSdHost final : public mmio::Bus,
                         public base::Clock,
                         public core::Observer,
                         public SdBaseClock {
 public:
  static constexpr uint32_t kBaseClockHz = 250'000'000;
  // Real time of one register access.
  static constexpr uint64_t kAccessNs = 100;

  // Installs itself as bus and observer for its lifetime.
  explicit FakeSdHost(const FakeSdCard::Kind& kind = {});
  ~FakeSdHost() override;

  // For all commands with a number in [first, first + count). `block`: at which block of the
  // command's data a data fault comes.
  void inject(SdInjection fault, uint32_t first, uint32_t count = 1, uint32_t block = 0);
  void insert(const FakeSdCard::Kind& kind);
  void remove() { card_present_ = false; }
  FakeSdCard& card() { return card_; }

  // From the card's answer to its first block.
  void set_access_time_us(uint64_t us) { access_ns_ = us * 1000; }
  // As QEMU: DMA copies all it is told to at once, whether data are there or not.
  void set_ignore_dreq(bool ignore) { ignore_dreq_ = ignore; }

  struct Sent {
    uint32_t index;
    uint32_t argument;
    uint32_t clock_hz;
    bool four_bits;
    uint32_t block_count;
  };
  // 0: it stands still until start(), and no reset ends.
  void set_base_clock(uint32_t hz) { base_clock_hz_ = hz; }
  base::Result<uint32_t> start() override;
  uint32_t base_clock_starts() const { return base_clock_starts_; }
  const std::vector<Sent>& sent() const { return sent_; }
  std::vector<uint32_t> indices() const;
  uint64_t elapsed_us() const { return time_ns_ / 1000; }
  bool dma_active() const { return dma_active_; }
  uint64_t dma_transfers() const { return dma_transfers_; }
  uint32_t clock_hz() const;

  // Rules that the driver broke. All are 0 for a right one.
  struct Violations {
    int write_spacing = 0;  // control registers written within two SD clocks
    int barriers = 0;       // another peripheral accessed without one
    int coherency = 0;  // DMA over lines that were not cleaned and invalidated, or read too soon
    int clock = 0;      // the SD clock too fast for the card's mode
    int registers = 0;  // unknown registers, unaligned or reserved bits
    int total() const { return write_spacing + barriers + coherency + clock + registers; }
  };
  const Violations& violations() const { return violations_; }

  uint32_t read32(uint32_t address) override;
  void write32(uint32_t address, uint32_t value) override;
  uint64_t now_us() override;
  void barrier(bool synchronization) override;
  void cache(core::CacheOperation operation, std::span<const std::byte> range) override;

 private:
  static constexpr size_t kPortBlocks = 2;
  static bool is_aligned(const void* pointer) {
    return reinterpret_cast<uintptr_t>(pointer) % 32 == 0;
  }

  enum class Peripheral : uint8_t { kNone, kTimer, kEmmc, kDma };
  struct Injected {
    SdInjection fault;
    uint32_t first;
    uint32_t count;
    uint32_t block;
  };

  void access(Peripheral peripheral, bool write);
  void pass_time(uint64_t ns);
  void update();
  bool update_once();
  void raise(uint32_t flags);
  const Injected* injected(SdInjection fault) const;

  uint32_t read_emmc(uint32_t offset);
  void write_emmc(uint32_t offset, uint32_t value);
  void write_control1(uint32_t value);
  void begin_command(uint32_t value);
  void end_command();
  void begin_data(size_t block_size);
  void produce_block();
  void end_data();
  uint32_t pop_word();
  uint64_t clocks_ns(uint64_t clocks) const;

  uint32_t read_dma(uint32_t offset);
  void write_dma(uint32_t offset, uint32_t value);
  void start_dma();
  void move_by_dma(bool even_if_empty);

  FakeSdCard card_;
  bool card_present_ = true;
  bool quiet_ = false;
  uint64_t time_ns_ = 1'000'000;
  uint32_t idle_accesses_ = 0;
  uint64_t access_ns_ = 300'000;
  bool ignore_dreq_ = false;
  std::vector<Injected> injections_;
  std::vector<Sent> sent_;
  Violations violations_;

  Peripheral last_peripheral_ = Peripheral::kNone;
  int barrier_strength_ = 2;
  uint64_t last_write_ns_ = 0;

  std::map<uint32_t, uint32_t> emmc_;
  uint32_t flags_ = 0;
  bool command_pending_ = false;
  bool command_stuck_ = false;
  bool controller_hangs_ = false;
  uint32_t base_clock_hz_ = kBaseClockHz;
  uint32_t base_clock_starts_ = 0;
  uint64_t command_end_ns_ = 0;
  uint64_t busy_end_ns_ = 0;

  bool data_active_ = false;
  uint32_t data_command_ = 0;  // its number
  size_t block_size_ = 0;
  uint32_t blocks_produced_ = 0;
  uint32_t blocks_taken_ = 0;
  uint64_t next_block_ns_ = 0;
  uint64_t data_end_ns_ = 0;
  uint64_t data_timeout_ns_ = 0;
  std::deque<uint32_t> port_;

  uint32_t dma_enable_ = 0;
  uint32_t dma_block_address_ = 0;
  bool dma_active_ = false;
  bool dma_end_ = false;
  uint32_t dma_debug_ = 0;
  bool dma_undrained_ = false;
  uint64_t dma_transfers_ = 0;
  std::vector<std::byte> dma_memory_;  // what DMA wrote, not yet seen by the processor
  std::byte* dma_target_ = nullptr;
  size_t dma_moved_ = 0;
  std::span<const std::byte> prepared_;
  bool synchronized_ = false;
  std::map<const std::byte*, std::vector<std::byte>> cleaned_;
};

}  // namespace pi
