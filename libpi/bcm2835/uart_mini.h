// The mini UART (BCM2835 ARM Peripherals, chapter 2), on the header's GPIO 14 and 15 when the PL011
// is wanted elsewhere. It lives on the core clock: its speed changes when that does.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/ring_buffer.h"
#include "base/status.h"
#include "libpi/bcm2835/gpio.h"
#include "libpi/bcm2835/interrupts.h"
#include "libpi/serial.h"

namespace pi {

class UartMini final : public Serial {
 public:
  // `core_clock_hz` is the measured rate of the core clock, after all changes of clocks.
  UartMini(Gpio& gpio, base::Clock& clock, uint32_t core_clock_hz)
      : gpio_(gpio), clock_(clock), clock_hz_(core_clock_hz) {}

  // As of UartPl011. It has FIFOs of 8, and detects neither framing nor parity errors.
  base::Status start(uint32_t baud);
  void receive_by(Interrupts& interrupts);

 private:
  void do_send(uint8_t byte) override;
  bool do_try_read(char& out) override;
  bool do_has_received() const override { return received_.size() != 0; }
  void do_poll_receiver() override { take_received(); }
  base::Status do_flush() override;
  base::Status do_set_baud(uint32_t baud) override;
  uint32_t do_baud() const override { return baud_; }
  SerialLosses do_losses() const override { return losses_; }

  void take_received();

  Gpio& gpio_;
  base::Clock& clock_;
  uint32_t clock_hz_;
  uint32_t baud_ = 0;
  bool interrupt_driven_ = false;
  SerialLosses losses_;
  base::RingBuffer<char, kReceiveBuffer> received_;
};

}  // namespace pi
