#include "kernel/board/clocks.h"

#include "kernel/board/drivers.h"
#include "libpi/deadline.h"

namespace kernel {
namespace {

using ClockId = pi::Mailbox::ClockId;

constexpr uint32_t kUartHz = kDescription.uart_clock_hz;
// What Circle waits after a change of the ARM's clock, for the PLL to settle.
constexpr uint64_t kSettleUs = 355;

ClockReading read_clock(pi::Mailbox& mailbox, ClockId id) {
  const base::Result<uint32_t> measured = mailbox.measured_clock_rate(id);
  if (measured.ok()) return {*measured, ClockReading::Source::kMeasured};
  const base::Result<uint32_t> nominal = mailbox.clock_rate(id);
  if (nominal.ok()) return {*nominal, ClockReading::Source::kNominal};
  return {};
}

// For the banner; the card's driver asks again each time that it begins.
ClockReading read_emmc_clock(pi::EmmcClock& clock) {
  const base::Result<uint32_t> rate = clock.start();
  if (!rate.ok()) return {};
  return {*rate,
          clock.is_measured() ? ClockReading::Source::kMeasured : ClockReading::Source::kNominal};
}

}  // namespace

void print(base::TextSink& out, const ClockReading& reading) {
  if (reading.source == ClockReading::Source::kNotReported) {
    out.write("not reported");
    return;
  }
  base::print(out, "{:.1} MHz", static_cast<double>(reading.hz) / 1e6);
  if (reading.source == ClockReading::Source::kNominal) out.write(" (nominal)");
}

Clocks bring_up_clocks(Drivers& drivers) {
  pi::Mailbox& mailbox = drivers.mailbox;
  // Without an operating system's governor the ARM would stay at its lowest rate, 700 MHz
  // (raspberrypi/firmware #956). A firmware that refuses leaves it there, and the banner says so.
  const base::Result<uint32_t> max_arm = mailbox.max_clock_rate(ClockId::kArm);
  if (max_arm.ok()) (void)mailbox.set_clock_rate(ClockId::kArm, *max_arm);
  // Before any divisor: not every firmware leaves 48 MHz (#951; libpi/boards/pi_zero.h).
  const base::Result<uint32_t> uart = mailbox.set_clock_rate(ClockId::kUart, kUartHz);
  pi::delay_us(drivers.timer, kSettleUs);

  Clocks clocks;
  clocks.arm = read_clock(mailbox, ClockId::kArm);
  clocks.core = read_clock(mailbox, ClockId::kCore);
  clocks.sdram = read_clock(mailbox, ClockId::kSdram);
  clocks.emmc = read_emmc_clock(drivers.emmc_clock);
  clocks.uart = read_clock(mailbox, ClockId::kUart);
  if (clocks.uart.source != ClockReading::Source::kMeasured) {
    // The answer to "set" is nearer to the truth than a later question: QEMU's is a constant.
    clocks.uart = {uart.ok() ? *uart : kUartHz, ClockReading::Source::kNominal};
  }
  return clocks;
}

std::optional<uint32_t> measure_arm_hz(Drivers& drivers) {
  const base::Result<uint32_t> hz = drivers.mailbox.measured_clock_rate(ClockId::kArm);
  return hz.ok() ? std::optional(*hz) : std::nullopt;
}

}  // namespace kernel
