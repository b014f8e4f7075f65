// The full UART, PL011 (ARM PrimeCell TRM DDI 0183; BCM2835 ARM Peripherals, chapter 13), on the
// header's GPIO 14 (send) and 15 (receive).
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/ring_buffer.h"
#include "base/status.h"
#include "libpi/bcm2835/gpio.h"
#include "libpi/bcm2835/interrupts.h"
#include "libpi/mmio.h"
#include "libpi/serial.h"

namespace pi {

class UartPl011 final : public Serial {
 public:
  // `clock_hz` is the UART's reference clock, which the caller has set through the mailbox: it is
  // not 48 MHz by itself on every firmware. Everything outlives the driver.
  UartPl011(Gpio& gpio, base::Clock& clock, uint32_t clock_hz)
      : gpio_(gpio), clock_(clock), clock_hz_(clock_hz) {}

  // Takes the pins and starts sending and receiving, 8N1, both FIFOs on. The errors of set_baud.
  base::Status start(uint32_t baud);
  // From now on an interrupt handler receives; before, try_read() polls the FIFO of 16.
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
