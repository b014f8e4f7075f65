// The mini UART (BCM2835 ARM Peripherals, chapter 2). It runs on the core clock: its speed changes
// when that does. FIFOs of 8; it detects neither framing nor parity errors.
#pragma once

#include <cstdint>

#include "libpi/bcm2835/uart.h"

namespace pi {

class UartMini final : public Uart {
 public:
  // `core_clock_hz` is the measured rate of the core clock, after all changes of clocks.
  UartMini(const UartWiring& wiring, Gpio& gpio, base::Clock& clock, uint32_t core_clock_hz)
      : Uart(wiring, gpio, clock, core_clock_hz) {}

 private:
  base::Result<uint32_t> divisor(uint32_t clock_hz, uint32_t baud) const override;
  void prepare() override;
  bool is_running() override { return baud_ != 0; }
  void set_divisor(uint32_t divisor) override;
  void enable_receive_interrupt() override;
  bool can_send() override;
  void send_now(uint8_t byte) override;
  bool has_sent_all() override;
  void drain() override;
};

}  // namespace pi
