// The EMMC controller (BCM2835 ARM Peripherals, chapter 5): sends commands to an SD card and brings
// data to a port, from which DMA or the processor takes it. It knows nothing of what the commands
// mean: libpi/sd_card.h does.
//
// Which pins it uses is the board's matter (kernel/board/card_slot.cpp). Nothing here waits longer
// than the deadlines below, and no interrupt is used: the flags of the INTERRUPT register are
// polled.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/clock.h"
#include "libpi/bcm2835/bus.h"
#include "libpi/bcm2835/emmc_registers.h"
#include "libpi/mmio.h"
#include "libpi/sd_fault.h"
#include "libpi/sd_protocol.h"

namespace pi {

enum class BusWidth : uint8_t { k1Bit, k4Bits };

class Emmc {
 public:
  // The controller itself notices a missing response after 64 SD clocks, 160 us at 400 kHz. This
  // is for a controller that says nothing at all, as one without a clock does.
  static constexpr uint64_t kCommandTimeoutUs = 250'000;
  // Busy after CMD7 and CMD12. SD 4.6.2: at most 250 ms (SDXC 500 ms).
  static constexpr uint64_t kBusyTimeoutUs = 500'000;
  // Resets, clock and line inhibits end within microseconds, or never. Linux waits 100 ms.
  static constexpr uint64_t kControllerTimeoutUs = 100'000;

  static constexpr uint32_t kIdentificationClockHz = 400'000;
  // A measured base clock is some ppm off (250000496, 199995120 Hz on boards), so the SD clock may
  // be above what is wanted by this part.
  static constexpr uint32_t kForgiven = 200;  // 0.5 %

  Emmc(base::Clock& clock, MmioBase registers, const Bus& bus);

  // Resets the whole controller: no SD clock, one data line, 3.3 V, all flags off. First of all.
  // `base_clock_hz`: of the clock that it divides, which runs (SdBaseClock::start()). kStuck if the
  // controller does not come back.
  SdFault reset(uint32_t base_clock_hz);

  // Runs the SD clock at the fastest rate that is not above `wanted_hz`, or at the slowest that
  // there is. kStuck.
  SdFault set_clock(uint32_t wanted_hz);
  // The rate that set_clock() arrived at; 0 when there is no SD clock.
  uint32_t clock_hz() const { return clock_hz_; }

  void set_bus_width(BusWidth width);

  // Sends a command without data and waits for its response (and the end of busy, for R1b). After
  // a fault, reset_lines() before the next command.
  SdFault send(const SdCommand& command);

  // Sends a command that makes the card send `block_count` (1 to 65535) blocks of `block_size`
  // bytes (a multiple of 4, at most 512), and waits for the response only. More than one block:
  // the controller sends CMD12 after the last one by itself.
  SdFault begin_read(const SdCommand& command, uint32_t block_size, uint32_t block_count);

  // Response of the last command: R1, R3, R6, R7; or the 128 bits of R2.
  uint32_t response() const { return response_; }
  SdLongRegister long_response() const { return long_response_; }

  // Where a read that was begun stands.
  struct DataEvent {
    SdFault fault = SdFault::kNone;
    bool block_ready = false;  // a block waits in the data port
    bool complete = false;     // all blocks were taken, and the card was stopped
  };
  DataEvent data_event();

  // Takes one block from the data port, after block_ready. `target` is one block long.
  void take_block(std::span<std::byte> target);

  // Forgets the flags of a completed read.
  void end_read();
  // R1 of the automatic CMD12, after a complete read of several blocks.
  uint32_t auto_stop_response();

  // Where DMA finds the data port.
  uint32_t data_port_bus_address() const;

  // Ends the command or data transfer that is under way on the controller's side. kStuck.
  SdFault reset_lines();

 private:
  template <typename R, typename... Fields>
  void write(Fields... fields);
  template <typename R>
  void write_raw(uint32_t value);
  template <typename R>
  Value<R> read();
  void before_write();
  void after_write();

  SdFault issue(const SdCommand& command, uint32_t transfer_mode);
  SdFault wait_until_lines_free(bool data_line_too);
  SdFault wait_for(uint32_t flag, uint64_t timeout_us);
  template <typename R, typename Predicate>
  bool wait_until(Predicate predicate, uint64_t timeout_us);
  void read_response(SdResponse kind);
  void set_write_spacing(uint32_t clock_hz);

  base::Clock& clock_;
  const MmioBase base_;
  const Bus bus_;
  uint32_t base_clock_hz_ = 0;
  uint32_t clock_hz_ = 0;
  uint32_t control1_ = 0;
  uint64_t last_write_us_ = 0;
  uint64_t write_spacing_us_ = 0;
  uint32_t response_ = 0;
  SdLongRegister long_response_;
};

}  // namespace pi
