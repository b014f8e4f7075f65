// The full UART, PL011 (ARM PrimeCell TRM DDI 0183; BCM2835 ARM Peripherals, chapter 13). FIFOs of
// 16.
#pragma once

#include <cstdint>

#include "libpi/bcm2835/uart.h"

namespace pi {

class UartPl011 final : public Uart {
 public:
  // `clock_hz` is the UART's reference clock, which the caller has set through the mailbox: it is
  // not 48 MHz by itself on every firmware.
  UartPl011(const UartWiring& wiring, Gpio& gpio, base::Clock& clock, uint32_t clock_hz)
      : Uart(wiring, gpio, clock, clock_hz) {}

 private:
  base::Result<uint32_t> divisor(uint32_t clock_hz, uint32_t baud) const override;
  bool is_running() override;
  void set_divisor(uint32_t divisor) override;
  void enable_receive_interrupt() override;
  bool can_send() override;
  void send_now(uint8_t byte) override;
  bool has_sent_all() override;
  void drain() override;
};

}  // namespace pi
