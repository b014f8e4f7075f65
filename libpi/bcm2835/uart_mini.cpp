#include "libpi/bcm2835/uart_mini.h"

#include "libpi/bcm2835/uart_timing.h"
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

}  // namespace

base::Result<uint32_t> UartMini::divisor(uint32_t clock_hz, uint32_t baud) const {
  return mini_uart_divisor(clock_hz, baud);
}

void UartMini::prepare() {
  const PeripheralAccess access;
  // Without this bit the registers below cannot even be read. The others are the two SPIs'.
  Enables::update(base_, Enables::MiniUart{true});
  Cntl::set(base_);
  Ier::set(base_);
}

void UartMini::set_divisor(uint32_t divisor) {
  Cntl::set(base_);
  Lcr::set(base_, Lcr::WordLength{3});
  Mcr::set(base_);
  Iir::set(base_, Iir::ClearFifos{3});
  Baud::set(base_, Baud::Rate{divisor});
  Cntl::set(base_, Cntl::ReceiveEnable{true}, Cntl::TransmitEnable{true});
}

void UartMini::enable_receive_interrupt() { Ier::set(base_, Ier::Receive{true}, Ier::Required{3}); }

bool UartMini::can_send() { return Lsr::read(base_).get<Lsr::TransmitterEmpty>(); }

void UartMini::send_now(uint8_t byte) { Io::set(base_, Io::Data{byte}); }

bool UartMini::has_sent_all() { return Lsr::read(base_).get<Lsr::TransmitterIdle>(); }

void UartMini::drain() {
  for (uint32_t i = 0; i < kReceiveBuffer; ++i) {
    const Value<Lsr> status = Lsr::read(base_);
    if (status.get<Lsr::Overrun>()) ++losses_.hardware_overruns;
    if (!status.get<Lsr::DataReady>()) return;
    keep(static_cast<char>(Io::read(base_).get<Io::Data>()));
  }
}

}  // namespace pi
