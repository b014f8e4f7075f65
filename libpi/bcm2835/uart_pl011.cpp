#include "libpi/bcm2835/uart_pl011.h"

#include "libpi/bcm2835/memory_map.h"
#include "libpi/bcm2835/uart_timing.h"
#include "libpi/deadline.h"
#include "libpi/peripheral_access.h"

namespace pi {
namespace {

// PL011 TRM 3.3.
struct Dr : Register<Dr, 0x00, Access::kReadWrite> {
  using Data = Field<Dr, 0, 8>;
  using LineErrors = Field<Dr, 8, 3>;  // framing, parity, break
  using Overrun = Field<Dr, 11, 1, bool>;
};
struct Fr : Register<Fr, 0x18, Access::kRead> {
  using Busy = Field<Fr, 3, 1, bool>;
  using ReceiveEmpty = Field<Fr, 4, 1, bool>;
  using TransmitFull = Field<Fr, 5, 1, bool>;
};
struct Ibrd : Register<Ibrd, 0x24, Access::kReadWrite> {
  using Divisor = Field<Ibrd, 0, 16>;
};
struct Fbrd : Register<Fbrd, 0x28, Access::kReadWrite> {
  using Sixtyfourths = Field<Fbrd, 0, 6>;
};
struct Lcrh : Register<Lcrh, 0x2c, Access::kReadWrite> {
  using EnableFifos = Field<Lcrh, 4, 1, bool>;
  using WordLength = Field<Lcrh, 5, 2>;  // 3: eight bits
};
struct Cr : Register<Cr, 0x30, Access::kReadWrite> {
  using Enable = Field<Cr, 0, 1, bool>;
  using TransmitEnable = Field<Cr, 8, 1, bool>;
  using ReceiveEnable = Field<Cr, 9, 1, bool>;
};
struct Ifls : Register<Ifls, 0x34, Access::kReadWrite> {
  using TransmitLevel = Field<Ifls, 0, 3>;
  using ReceiveLevel = Field<Ifls, 3, 3>;
};
struct Imsc : Register<Imsc, 0x38, Access::kReadWrite> {
  using Receive = Field<Imsc, 4, 1, bool>;
  using ReceiveTimeout = Field<Imsc, 6, 1, bool>;
};
struct Icr : Register<Icr, 0x44, Access::kWrite> {
  using All = Field<Icr, 0, 11>;
};

constexpr MmioBase kBase = bcm2835::kUart0;
constexpr unsigned kTransmitPin = 14;
constexpr unsigned kReceivePin = 15;
// Where the firmware of a Zero W sends the PL011, for Bluetooth.
constexpr unsigned kBluetoothPins[] = {32, 33};

void take_pins(Gpio& gpio) {
  // While the Bluetooth pins are still connected, two pins would drive the UART's input.
  for (const unsigned pin : kBluetoothPins) {
    gpio.set_function(pin, Gpio::Function::kInput);
  }
  gpio.set_pull(kTransmitPin, Gpio::Pull::kNone);
  // An open receive line is idle, not a stream of breaks.
  gpio.set_pull(kReceivePin, Gpio::Pull::kUp);
  gpio.set_function(kTransmitPin, Gpio::Function::kAlt0);
  gpio.set_function(kReceivePin, Gpio::Function::kAlt0);
}

}  // namespace

base::Status UartPl011::start(uint32_t baud) {
  take_pins(gpio_);
  return do_set_baud(baud);
}

void UartPl011::receive_by(Interrupts& interrupts) {
  interrupt_driven_ = true;
  interrupts.attach(
      Irq::kUart0, [](void* self) { static_cast<UartPl011*>(self)->take_received(); }, this);
  const PeripheralAccess access;
  // Level 1: a quarter of the FIFO, 4 characters. The 12 that still fit last 130 us at 921600 baud
  // and 40 us at 3 Mbaud; the timeout interrupt brings what is left below the level.
  Ifls::set(kBase, Ifls::ReceiveLevel{1}, Ifls::TransmitLevel{2});
  Imsc::set(kBase, Imsc::Receive{true}, Imsc::ReceiveTimeout{true});
}

base::Status UartPl011::do_set_baud(uint32_t baud) {
  TRY_ASSIGN(const uint32_t sixtyfourths, pl011_divisor(clock_hz_, baud));
  bool was_enabled;
  {
    const PeripheralAccess access;
    was_enabled = Cr::read(kBase).get<Cr::Enable>();
  }
  if (was_enabled && !do_flush().ok()) {
    // Text of whoever used the UART before is stuck; it is dropped with the FIFO below.
    ++losses_.send_timeouts;
  }
  const PeripheralAccess access;
  const Value<Imsc> mask = Imsc::read(kBase);
  // TRM 3.3.8: disable, flush by clearing FEN, program, enable.
  Imsc::set(kBase);
  Cr::set(kBase, Cr::Enable{false});
  Lcrh::set(kBase, Lcrh::EnableFifos{false});
  Icr::set(kBase, Icr::All{0x7ff});
  Ibrd::set(kBase, Ibrd::Divisor{sixtyfourths >> 6});
  Fbrd::set(kBase, Fbrd::Sixtyfourths{sixtyfourths & 63});
  // TRM 3.3.7: it is the write to LCRH that makes the new divisors count.
  Lcrh::set(kBase, Lcrh::WordLength{3}, Lcrh::EnableFifos{true});
  Cr::set(kBase, Cr::Enable{true}, Cr::TransmitEnable{true}, Cr::ReceiveEnable{true});
  // The reset value, or a boot loader's: interrupts are wanted only once there is a handler.
  if (interrupt_driven_) Imsc::write(kBase, mask);
  baud_ = baud;
  return base::ok_status();
}

void UartPl011::do_send(uint8_t byte) {
  const PeripheralAccess access;
  if (Fr::read(kBase).get<Fr::TransmitFull>()) {
    const Deadline deadline(clock_, kUartDeadlineUs);
    while (Fr::read(kBase).get<Fr::TransmitFull>()) {
      if (deadline.passed()) {
        ++losses_.send_timeouts;
        return;
      }
    }
  }
  Dr::set(kBase, Dr::Data{byte});
}

bool UartPl011::do_try_read(char& out) {
  if (received_.pop(out)) return true;
  if (interrupt_driven_) return false;
  take_received();
  return received_.pop(out);
}

base::Status UartPl011::do_flush() {
  const PeripheralAccess access;
  const Deadline deadline(clock_, kUartDeadlineUs);
  while (Fr::read(kBase).get<Fr::Busy>()) {
    if (deadline.passed()) return uart_is_stuck();
  }
  return base::ok_status();
}

void UartPl011::take_received() {
  const PeripheralAccess access;
  // Reading the FIFO empty also withdraws both receive interrupts (TRM 2.8). A FIFO that never ends
  // is a broken device; one round takes no more than a burst that comes in meanwhile.
  for (uint32_t i = 0; i < kReceiveBuffer && !Fr::read(kBase).get<Fr::ReceiveEmpty>(); ++i) {
    const Value<Dr> value = Dr::read(kBase);
    if (value.get<Dr::Overrun>()) ++losses_.hardware_overruns;
    if (value.get<Dr::LineErrors>() != 0) {
      ++losses_.line_errors;
      continue;
    }
    const auto byte = static_cast<char>(value.get<Dr::Data>());
    watch(byte);
    if (!received_.push(byte)) ++losses_.buffer_overruns;
  }
}

}  // namespace pi
