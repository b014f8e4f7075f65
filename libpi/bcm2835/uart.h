// What both UARTs of the chip have in common: pins, a receive buffer, and how a speed is changed.
#pragma once

#include <cstdint>
#include <span>

#include "base/clock.h"
#include "base/ring_buffer.h"
#include "base/status.h"
#include "libpi/bcm2835/gpio.h"
#include "libpi/bcm2835/interrupts.h"
#include "libpi/mmio.h"
#include "libpi/serial.h"

namespace pi {

struct UartWiring {
  MmioBase registers;
  Irq irq;
  unsigned transmit_pin;
  unsigned receive_pin;
  Gpio::Function function;  // of both pins
  // Pins to which the firmware may have connected the same UART. They become inputs first: while
  // they are connected, two pins drive the UART's input.
  std::span<const uint8_t> rival_pins;
};

class Uart : public Serial {
 public:
  // Takes the pins and starts sending and receiving, 8N1, both FIFOs on. The errors of set_baud().
  base::Status start(uint32_t baud);
  // After this an interrupt handler receives; before, try_read() polls the FIFO.
  void receive_by(Interrupts& interrupts);

 protected:
  // `clock_hz` is the rate that the divisor divides. All arguments outlive the driver.
  Uart(const UartWiring& wiring, Gpio& gpio, base::Clock& clock, uint32_t clock_hz)
      : base_(wiring.registers), wiring_(wiring), gpio_(gpio), clock_(clock), clock_hz_(clock_hz) {}
  ~Uart() = default;

  // A byte that came without an error.
  void keep(char byte) {
    watch(byte);
    if (!received_.push(byte)) ++losses_.buffer_overruns;
  }

  const MmioBase base_;
  uint32_t baud_ = 0;  // 0 before start()
  bool interrupt_driven_ = false;
  SerialLosses losses_;

 private:
  // What the registers say and do. All but divisor() and prepare() run within the caller's
  // PeripheralAccess.
  virtual base::Result<uint32_t> divisor(uint32_t clock_hz, uint32_t baud) const = 0;
  virtual void prepare() {}  // after the pins, before the first speed
  virtual bool is_running() = 0;
  virtual void set_divisor(uint32_t divisor) = 0;
  virtual void enable_receive_interrupt() = 0;
  virtual bool can_send() = 0;
  virtual void send_now(uint8_t byte) = 0;
  virtual bool has_sent_all() = 0;
  // Takes what is in the FIFO, at most a receive buffer full: keep(), and counts what was lost.
  virtual void drain() = 0;

  void do_send(uint8_t byte) final;
  bool do_try_read(char& out) final;
  bool do_has_received() const final { return received_.size() != 0; }
  void do_poll_receiver() final;
  base::Status do_flush() final;
  base::Status do_set_baud(uint32_t baud) final;
  uint32_t do_baud() const final { return baud_; }
  SerialLosses do_losses() const final { return losses_; }

  void take_pins();

  const UartWiring wiring_;
  Gpio& gpio_;
  base::Clock& clock_;
  const uint32_t clock_hz_;
  base::RingBuffer<char, kReceiveBuffer> received_;
};

}  // namespace pi
