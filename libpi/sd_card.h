// An SD card on the EMMC controller, as a block device: SDSC, SDHC and SDXC, 4 data lines, high
// speed (50 MHz), read-only. docs/sd-card.md describes reads and retries.
//
//   pi::SdCard card(emmc, base_clock, &dma, clock);
//   TRY(card.initialize());
//   TRY(card.start_read(block, target));
//   while (!card.poll()) compute_something();
//   TRY(card.finish_read());
//
// A read of up to 1 MiB is one command, which goes on by itself as soon as DMA has been started;
// start_read() waits up to kReadyWaitUs for that moment. When the card takes longer, or the read is
// longer than 1 MiB, poll() takes the next step without waiting for anything; without poll() the
// steps are taken in finish_read(). Not for use in interrupt handlers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/clock.h"
#include "base/status.h"
#include "libpi/bcm2835/dma.h"
#include "libpi/bcm2835/emmc.h"
#include "libpi/fs/block_device.h"
#include "libpi/sd_base_clock.h"
#include "libpi/sd_fault.h"
#include "libpi/sd_protocol.h"
#include "libpi/sd_report.h"

namespace pi {

class SdCard final : public BlockDevice {
 public:
  // One CMD18: long enough that a card's 0.25 to 0.7 ms of access time cost about 1 %.
  static constexpr uint32_t kMaxBlocksPerCommand = 2048;
  // Copying a single block (128 words, about 10 us) is quicker than preparing DMA.
  static constexpr uint32_t kMinBlocksForDma = 2;

  static constexpr uint32_t kDefaultSpeedHz = 25'000'000;
  static constexpr uint32_t kHighSpeedHz = 50'000'000;

  // How long start_read() waits for the first block, so that DMA can be started.
  static constexpr uint64_t kReadyWaitUs = 1'000;
  // SD 4.6.2.1 gives a card 100 ms for a block; old and worn cards take longer.
  static constexpr uint64_t kBlockTimeoutUs = 500'000;
  // By DMA the whole command is watched: a card must bring 1 MB/s at least.
  static constexpr uint64_t kDmaTimeoutUsPerByte = 1;
  // SD 4.2.3: a card is ready within 1 s of the first ACMD41.
  static constexpr uint64_t kPowerUpTimeoutUs = 1'500'000;
  static constexpr uint64_t kReturnToTransferTimeoutUs = 500'000;

  // Retries of a failed command at full speed, before the clock is lowered.
  static constexpr uint32_t kRetries = 3;
  // After this many commands that failed by DMA and then succeeded without, DMA is left alone.
  static constexpr uint32_t kMaxDmaStrikes = 3;

  // `base_clock`: of the controller. `dma` may be null: then the processor copies. All of them
  // outlive the card.
  SdCard(Emmc& emmc, SdBaseClock& base_clock, Dma* dma, base::Clock& clock);

  // Finds and sets up the card, whatever state it or the controller is in; again for a card that
  // was exchanged. kNotFound: no card answers. kUnsupported, kCorrupt, kTimeout, kIo: a card that
  // cannot be used, the message says at which step. Takes at most about 5 s.
  base::Status initialize();

  // After initialize(): what the card is, and its counters.
  SdReport report() const;

 private:
  enum class Phase : uint8_t {
    kIdle,
    kAwaitBlock,  // a block, to take it or to start DMA
    kAwaitDma,    // the end of DMA and of the command
    kAwaitEnd,    // the end of the command, all blocks being taken
    kFailed,      // fault_ says why; finish_read() will retry
  };
  // The read that the caller asked for, and the command of it that is under way.
  struct Read {
    uint64_t block = 0;           // first of the command
    std::span<std::byte> target;  // from that block on
    uint32_t blocks = 0;          // of the command
    uint32_t blocks_taken = 0;    // by the processor
    uint64_t deadline_us = 0;
    bool by_dma = false;
    bool avoid_dma = false;  // the command failed by DMA before
    bool reidentified = false;
    bool clock_lowered = false;
    uint32_t failures = 0;  // of this command, one after the other
  };

  uint64_t do_block_count() const override { return block_count_; }
  base::Status do_start_read(uint64_t first_block, std::span<std::byte> target) override;
  // True also when finish_read() has an error to handle, which takes its time.
  bool do_poll() override;
  base::Status do_finish_read() override;

  // sd_card.cpp: reads.
  void begin_command();
  bool dma_is_usable() const;
  void step();
  void step_dma(const Emmc::DataEvent& event);
  void take_block();
  void end_command();
  void fail(SdFault fault);

  // sd_card_recovery.cpp: the ladder.
  base::Status recover();
  bool settle();
  base::Status give_up(base::Status why);
  void count(SdFault fault);

  // sd_card_identify.cpp.
  base::Status identify();
  base::Status identify_once();
  base::Status identify_same_card();
  base::Result<uint32_t> power_up();
  base::Result<uint32_t> ask_operating_condition(bool version_2);
  base::Result<SdCsd> ask_identity();
  base::Status set_up_bus(bool has_switch_command);
  bool card_has_four_bit_bus();
  bool widen_bus();
  bool switch_to_high_speed();
  SdFault send_application(const SdCommand& command, uint16_t rca);
  SdFault read_small(const SdCommand& command, std::span<std::byte> target);

  Emmc& emmc_;
  SdBaseClock& base_clock_;
  Dma* const dma_;
  base::Clock& clock_;

  uint64_t block_count_ = 0;
  SdLongRegister cid_;
  uint16_t rca_ = 0;
  bool high_capacity_ = false;
  bool four_bit_bus_ = false;
  bool must_identify_ = true;
  uint32_t clock_limit_hz_ = kHighSpeedHz;
  uint32_t dma_strikes_ = 0;
  bool dma_lost_ = false;
  uint32_t dma_errors_ = 0;

  Phase phase_ = Phase::kIdle;
  SdFault fault_ = SdFault::kNone;
  Read read_;
  SdCounters counters_;
};

}  // namespace pi
