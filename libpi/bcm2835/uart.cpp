#include "libpi/bcm2835/uart.h"

#include "libpi/bcm2835/uart_timing.h"
#include "libpi/deadline.h"
#include "libpi/peripheral_access.h"

namespace pi {

base::Status Uart::start(uint32_t baud) {
  // BCM2835 ARM Peripherals 2.2: with its input low an enabled UART would receive zeros without
  // end, so pins come first.
  take_pins();
  prepare();
  return do_set_baud(baud);
}

void Uart::take_pins() {
  for (const uint8_t pin : wiring_.rival_pins) {
    gpio_.set_function(pin, Gpio::Function::kInput);
  }
  gpio_.set_pull(wiring_.transmit_pin, Gpio::Pull::kNone);
  // An open receive line is idle, not a stream of breaks.
  gpio_.set_pull(wiring_.receive_pin, Gpio::Pull::kUp);
  gpio_.set_function(wiring_.transmit_pin, wiring_.function);
  gpio_.set_function(wiring_.receive_pin, wiring_.function);
}

void Uart::receive_by(Interrupts& interrupts) {
  interrupt_driven_ = true;
  interrupts.attach(
      wiring_.irq, [](void* self) { static_cast<Uart*>(self)->do_poll_receiver(); }, this);
  const PeripheralAccess access;
  enable_receive_interrupt();
}

base::Status Uart::do_set_baud(uint32_t baud) {
  TRY_ASSIGN(const uint32_t new_divisor, divisor(clock_hz_, baud));
  bool was_running;
  {
    const PeripheralAccess access;
    was_running = is_running();
  }
  // Text of an earlier user may be stuck; it is dropped with the FIFO.
  if (was_running && !do_flush().ok()) ++losses_.send_timeouts;
  const PeripheralAccess access;
  set_divisor(new_divisor);
  baud_ = baud;
  return base::ok_status();
}

void Uart::do_send(uint8_t byte) {
  const PeripheralAccess access;
  if (!can_send()) {
    const Deadline deadline(clock_, kUartDeadlineUs);
    while (!can_send()) {
      if (deadline.passed()) {
        ++losses_.send_timeouts;
        return;
      }
    }
  }
  send_now(byte);
}

bool Uart::do_try_read(char& out) {
  if (received_.pop(out)) return true;
  if (interrupt_driven_) return false;
  do_poll_receiver();
  return received_.pop(out);
}

void Uart::do_poll_receiver() {
  const PeripheralAccess access;
  drain();
}

base::Status Uart::do_flush() {
  const PeripheralAccess access;
  const Deadline deadline(clock_, kUartDeadlineUs);
  while (!has_sent_all()) {
    if (deadline.passed()) return uart_is_stuck();
  }
  return base::ok_status();
}

}  // namespace pi
