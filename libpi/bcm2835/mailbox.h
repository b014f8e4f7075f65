// Questions to the firmware: the mailbox's property channel (github.com/raspberrypi/firmware/wiki,
// "Mailbox property interface").
//
// Each function waits for the answer, at most kDeadlineUs. Errors of all of them: kTimeout when
// the firmware does not answer, kUnsupported when it answers that it does not know the question
// (old firmware, or an emulator), kIo when it answers that it failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/align.h"
#include "base/clock.h"
#include "base/status.h"
#include "libpi/bcm2835/bus.h"
#include "libpi/mmio.h"

namespace pi {

class Mailbox {
 public:
  static constexpr uint64_t kDeadlineUs = 1'000'000;
  static constexpr size_t kMaxValueWords = 256;

  enum class ClockId : uint32_t {
    kEmmc = 1,
    kUart = 2,
    kArm = 3,
    kCore = 4,
    kSdram = 8,
  };
  enum class PowerDevice : uint32_t { kSdCard = 0 };
  struct MemoryRange {
    uint32_t base;  // as the ARM sees it
    uint32_t size;  // bytes
  };

  // `clock` outlives the driver. The object holds the message that the firmware reads and writes,
  // so it lives in RAM that both reach, for as long as questions may be under way.
  Mailbox(MmioBase registers, const Bus& bus, base::Clock& clock)
      : base_(registers), bus_(bus), clock_(clock) {}

  base::Result<uint32_t> firmware_revision();
  base::Result<uint32_t> board_revision();  // decoded by libpi/board_revision.h
  base::Result<MemoryRange> arm_memory();
  base::Result<MemoryRange> videocore_memory();
  // The kernel's command line as the firmware made it from cmdline.txt, without its end; cut to
  // what fits into `out`.
  base::Result<std::string_view> command_line(std::span<char> out);

  // Rates in Hz. 0 (some firmware, for the EMMC) comes out as kNotFound: of measured rates it means
  // that the clock stands still.
  base::Result<uint32_t> clock_rate(ClockId id);           // as it was set
  base::Result<uint32_t> measured_clock_rate(ClockId id);  // as it is
  base::Result<uint32_t> max_clock_rate(ClockId id);
  // Returns the rate that was really set.
  base::Result<uint32_t> set_clock_rate(ClockId id, uint32_t hz);

  base::Result<uint32_t> temperature_millicelsius();
  // Bits 0-3: now under-voltage, frequency capped, throttled, soft temperature limit; bits 16-19:
  // the same, ever since the start.
  base::Result<uint32_t> throttled();

  // Switches on and waits until the supply is stable. kIo when there is no such device.
  base::Status power_on(PowerDevice device);
  // Bit n: DMA channel n is free for the ARM.
  base::Result<uint32_t> dma_channels();

 private:
  // Whole cache lines, so that invalidating them loses no neighbour's data.
  static constexpr size_t kMessageWords = 264;
  struct alignas(base::kCacheLineBytes) Message {
    uint32_t words[kMessageWords];
  };
  static_assert(sizeof(Message) % base::kCacheLineBytes == 0 &&
                kMessageWords >= kMaxValueWords + 6);

  // Any question: the first `request_words` of `values` are sent, and the answer overwrites
  // `values`. Returns how many bytes of answer there are, which must be at least
  // `expected_bytes`. values.size() <= kMaxValueWords (CHECKed).
  base::Result<uint32_t> property(uint32_t tag, std::span<uint32_t> values, size_t request_words,
                                  size_t expected_bytes);
  void compose(uint32_t tag, std::span<const uint32_t> values, size_t request_words);
  base::Status send_and_wait(uint32_t tag);
  bool reply_has_come(uint32_t letter);
  base::Result<uint32_t> ask(uint32_t tag, uint32_t id);

  Message message_ = {};
  const MmioBase base_;
  const Bus bus_;
  base::Clock& clock_;
};

}  // namespace pi
