// One channel of the DMA controller (BCM2835 ARM Peripherals, chapter 4), moving what a peripheral
// sends into memory while the processor does something else.
//
//   dma.prepare(emmc.data_port_bus_address(), Dma::Dreq::kEmmc, target);
//   ... the peripheral has its first data ...
//   dma.start();
//   while (dma.poll() == Dma::State::kActive) ...
//   dma.finish();
//
// DMA does not see the processor's caches: prepare() and finish() do the maintenance, and in
// between no code may touch `target`, not even read it. One control block suffices: a normal
// channel moves up to 2^30 - 1 bytes with one, and targets are contiguous.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/align.h"
#include "base/clock.h"
#include "base/status.h"
#include "libpi/bcm2835/bus.h"
#include "libpi/mmio.h"

namespace pi {

class Dma {
 public:
  enum class State : uint8_t { kIdle, kActive, kDone, kFailed };
  // 4.2.1.3: which peripheral's request line paces the channel.
  enum class Dreq : uint8_t { kEmmc = 11 };

  // Outstanding writes of a paused channel drain within microseconds.
  static constexpr uint64_t kAbortTimeoutUs = 10'000;

  // The first of `preferred` that the firmware leaves to the ARM (bit n of `usable_channels`:
  // channel n; mailbox tag 0x00060001). kNotFound.
  static base::Result<unsigned> choose_channel(uint32_t usable_channels,
                                               std::span<const uint8_t> preferred);

  // `channel`: not a LITE one (7 to 14: at most 65535 bytes at half the speed; CHECKed).
  Dma(base::Clock& clock, MmioBase controller, const Bus& bus, unsigned channel);

  // Enables the channel and brings it into a known state, whatever used it before.
  void reset();

  // Writes the control block and prepares the caches. `target`: 32-byte aligned in address and
  // size (CHECKed), as a cache line that it shared with something else would be destroyed.
  void prepare(uint32_t source_bus_address, Dreq dreq, std::span<std::byte> target);
  // Lets the prepared transfer run.
  void start();
  // kFailed: the channel met an error; error_bits() says which. abort() before the next prepare().
  State poll();
  // After kDone: makes the data visible to the processor.
  void finish();
  // Stops what runs. When it returns the channel no longer writes to memory, or it returns
  // kTimeout: then `target` must not be used until the board is reset.
  base::Status abort();

  // DEBUG's error flags of the last kFailed: 1 read-last, 2 FIFO, 4 read response.
  uint32_t error_bits() const { return error_bits_; }

  // 4.2.1.1, as the channel loads it: eight words, 32-byte aligned, so that it fills a cache line
  // of its own.
  struct alignas(base::kCacheLineBytes) ControlBlock {
    uint32_t transfer_information = 0;
    uint32_t source = 0;
    uint32_t destination = 0;
    uint32_t length = 0;
    uint32_t stride = 0;
    uint32_t next = 0;
    std::array<uint32_t, 2> reserved{};
  };
  static_assert(sizeof(ControlBlock) == 32);

 private:
  MmioBase channel_base() const;

  base::Clock& clock_;
  const MmioBase controller_;
  const Bus bus_;
  const unsigned channel_;
  ControlBlock block_;
  std::span<std::byte> target_;
  uint32_t error_bits_ = 0;
};

}  // namespace pi
