#include "libpi/bcm2835/uart_pl011.h"

#include "libpi/bcm2835/uart_timing.h"

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

}  // namespace

base::Result<uint32_t> UartPl011::divisor(uint32_t clock_hz, uint32_t baud) const {
  return pl011_divisor(clock_hz, baud);
}

bool UartPl011::is_running() { return Cr::read(base_).get<Cr::Enable>(); }

void UartPl011::set_divisor(uint32_t sixtyfourths) {
  const Value<Imsc> mask = Imsc::read(base_);
  // TRM 3.3.8: disable, flush by clearing FEN, program, enable.
  Imsc::set(base_);
  Cr::set(base_, Cr::Enable{false});
  Lcrh::set(base_, Lcrh::EnableFifos{false});
  Icr::set(base_, Icr::All{0x7ff});
  Ibrd::set(base_, Ibrd::Divisor{sixtyfourths >> 6});
  Fbrd::set(base_, Fbrd::Sixtyfourths{sixtyfourths & 63});
  // TRM 3.3.7: the write to LCRH makes the new divisors take effect.
  Lcrh::set(base_, Lcrh::WordLength{3}, Lcrh::EnableFifos{true});
  Cr::set(base_, Cr::Enable{true}, Cr::TransmitEnable{true}, Cr::ReceiveEnable{true});
  // Until there is a handler the mask is the reset value's, or a boot loader's.
  if (interrupt_driven_) Imsc::write(base_, mask);
}

void UartPl011::enable_receive_interrupt() {
  // Level 1: a quarter of the FIFO, 4 characters. The 12 that still fit last 130 us at 921600 baud
  // and 40 us at 3 Mbaud; the timeout interrupt brings what is left below the level.
  Ifls::set(base_, Ifls::ReceiveLevel{1}, Ifls::TransmitLevel{2});
  Imsc::set(base_, Imsc::Receive{true}, Imsc::ReceiveTimeout{true});
}

bool UartPl011::can_send() { return !Fr::read(base_).get<Fr::TransmitFull>(); }

void UartPl011::send_now(uint8_t byte) { Dr::set(base_, Dr::Data{byte}); }

bool UartPl011::has_sent_all() { return !Fr::read(base_).get<Fr::Busy>(); }

void UartPl011::drain() {
  // Reading the FIFO empty also withdraws both receive interrupts (TRM 2.8). A FIFO that never ends
  // is a broken device; one round takes no more than a burst that comes in meanwhile.
  for (uint32_t i = 0; i < kReceiveBuffer && !Fr::read(base_).get<Fr::ReceiveEmpty>(); ++i) {
    const Value<Dr> value = Dr::read(base_);
    if (value.get<Dr::Overrun>()) ++losses_.hardware_overruns;
    if (value.get<Dr::LineErrors>() != 0) {
      ++losses_.line_errors;
    } else {
      keep(static_cast<char>(value.get<Dr::Data>()));
    }
  }
}

}  // namespace pi
