#include "libpi/bcm2835/uart_mini.h"

#include "libpi/bcm2835/memory_map.h"
#include "libpi/bcm2835/uart_timing.h"
#include "libpi/deadline.h"
#include "libpi/mmio.h"
#include "libpi/peripheral_access.h"

namespace pi {
namespace {

// BCM2835 ARM Peripherals 2.1 and 2.2, with the corrections of its published errata
// (elinux.org/BCM2835_datasheet_errata): p. 12 for IER, p. 14 for LCR.
struct Enables : Register<Enables, 0x04, Access::kReadWrite> {
  using MiniUart = Field<Enables, 0, 1, bool>;
};
struct Io : Register<Io, 0x40, Access::kReadWrite> {
  using Data = Field<Io, 0, 8>;
};
struct Ier : Register<Ier, 0x44, Access::kReadWrite> {
  using Receive = Field<Ier, 0, 1, bool>;
  // "Required in order to receive interrupts."
  using Required = Field<Ier, 2, 2>;
};
struct Iir : Register<Iir, 0x48, Access::kReadWrite> {
  using ClearFifos = Field<Iir, 1, 2>;
};
struct Lcr : Register<Lcr, 0x4c, Access::kReadWrite> {
  using WordLength = Field<Lcr, 0, 2>;  // 3: eight bits
};
struct Mcr : Register<Mcr, 0x50, Access::kReadWrite> {};
struct Lsr : Register<Lsr, 0x54, Access::kRead> {
  using DataReady = Field<Lsr, 0, 1, bool>;
  using Overrun = Field<Lsr, 1, 1, bool>;  // cleared by reading
  using TransmitterEmpty = Field<Lsr, 5, 1, bool>;
  using TransmitterIdle = Field<Lsr, 6, 1, bool>;
};
struct Cntl : Register<Cntl, 0x60, Access::kReadWrite> {
  using ReceiveEnable = Field<Cntl, 0, 1, bool>;
  using TransmitEnable = Field<Cntl, 1, 1, bool>;
};
struct Baud : Register<Baud, 0x68, Access::kReadWrite> {
  using Rate = Field<Baud, 0, 16>;
};

constexpr MmioBase kBase = bcm2835::kAux;
constexpr unsigned kTransmitPin = 14;
constexpr unsigned kReceivePin = 15;

}  // namespace

base::Status UartMini::start(uint32_t baud) {
  // 2.2: with its input low the enabled UART would receive zeros without end, so pins come first.
  gpio_.set_pull(kTransmitPin, Gpio::Pull::kNone);
  gpio_.set_pull(kReceivePin, Gpio::Pull::kUp);
  gpio_.set_function(kTransmitPin, Gpio::Function::kAlt5);
  gpio_.set_function(kReceivePin, Gpio::Function::kAlt5);
  {
    const PeripheralAccess access;
    // Without this bit the registers below cannot even be read. The others are the two SPIs'.
    Enables::update(kBase, Enables::MiniUart{true});
    Cntl::set(kBase);
    Ier::set(kBase);
  }
  return do_set_baud(baud);
}

void UartMini::receive_by(Interrupts& interrupts) {
  interrupt_driven_ = true;
  interrupts.attach(
      Irq::kAux, [](void* self) { static_cast<UartMini*>(self)->take_received(); }, this);
  const PeripheralAccess access;
  Ier::set(kBase, Ier::Receive{true}, Ier::Required{3});
}

base::Status UartMini::do_set_baud(uint32_t baud) {
  TRY_ASSIGN(const uint32_t rate, mini_uart_divisor(clock_hz_, baud));
  if (baud_ != 0 && !do_flush().ok()) ++losses_.send_timeouts;
  const PeripheralAccess access;
  Cntl::set(kBase);
  Lcr::set(kBase, Lcr::WordLength{3});
  Mcr::set(kBase);
  Iir::set(kBase, Iir::ClearFifos{3});
  Baud::set(kBase, Baud::Rate{rate});
  Cntl::set(kBase, Cntl::ReceiveEnable{true}, Cntl::TransmitEnable{true});
  baud_ = baud;
  return base::ok_status();
}

void UartMini::do_send(uint8_t byte) {
  const PeripheralAccess access;
  if (!Lsr::read(kBase).get<Lsr::TransmitterEmpty>()) {
    const Deadline deadline(clock_, kUartDeadlineUs);
    while (!Lsr::read(kBase).get<Lsr::TransmitterEmpty>()) {
      if (deadline.passed()) {
        ++losses_.send_timeouts;
        return;
      }
    }
  }
  Io::set(kBase, Io::Data{byte});
}

bool UartMini::do_try_read(char& out) {
  if (received_.pop(out)) return true;
  if (interrupt_driven_) return false;
  take_received();
  return received_.pop(out);
}

base::Status UartMini::do_flush() {
  const PeripheralAccess access;
  const Deadline deadline(clock_, kUartDeadlineUs);
  while (!Lsr::read(kBase).get<Lsr::TransmitterIdle>()) {
    if (deadline.passed()) return uart_is_stuck();
  }
  return base::ok_status();
}

void UartMini::take_received() {
  const PeripheralAccess access;
  for (uint32_t i = 0; i < kReceiveBuffer; ++i) {
    const Value<Lsr> status = Lsr::read(kBase);
    if (status.get<Lsr::Overrun>()) ++losses_.hardware_overruns;
    if (!status.get<Lsr::DataReady>()) return;
    const auto byte = static_cast<char>(Io::read(kBase).get<Io::Data>());
    watch(byte);
    if (!received_.push(byte)) ++losses_.buffer_overruns;
  }
}

}  // namespace pi
