#include "kernel/board/clocks.h"

#include "libpi/deadline.h"

namespace kernel {
namespace {

using ClockId = pi::Mailbox::ClockId;

// 48 MHz give every usual speed up to 3 Mbaud. Not every firmware has it so by itself
// (raspberrypi/firmware #951: a UART clock of 1 GHz).
constexpr uint32_t kUartHz = 48'000'000;
// What circle waits after a change of the ARM's clock, for the PLL to settle.
constexpr uint64_t kSettleUs = 355;

}  // namespace

void print(base::TextSink& out, const ClockReading& reading) {
  if (reading.source == ClockReading::Source::kNotReported) {
    out.write("not reported");
    return;
  }
  base::print(out, "{:.1} MHz", static_cast<double>(reading.hz) / 1e6);
  if (reading.source == ClockReading::Source::kNominal) out.write(" (nominal)");
}

ClockReading read_clock(pi::Mailbox& mailbox, ClockId id) {
  const base::Result<uint32_t> measured = mailbox.measured_clock_rate(id);
  if (measured.ok()) return {*measured, ClockReading::Source::kMeasured};
  const base::Result<uint32_t> nominal = mailbox.clock_rate(id);
  if (nominal.ok()) return {*nominal, ClockReading::Source::kNominal};
  return {};
}

Clocks bring_up_clocks(pi::Mailbox& mailbox, base::Clock& clock) {
  // Without an operating system's governor the ARM would stay at its lowest rate, 700 MHz
  // (raspberrypi/firmware #956). A firmware that refuses leaves it there, and the banner says so.
  const base::Result<uint32_t> max_arm = mailbox.max_clock_rate(ClockId::kArm);
  if (max_arm.ok()) (void)mailbox.set_clock_rate(ClockId::kArm, *max_arm);
  const base::Result<uint32_t> uart = mailbox.set_clock_rate(ClockId::kUart, kUartHz);
  pi::delay_us(clock, kSettleUs);

  Clocks clocks;
  clocks.arm = read_clock(mailbox, ClockId::kArm);
  clocks.core = read_clock(mailbox, ClockId::kCore);
  clocks.sdram = read_clock(mailbox, ClockId::kSdram);
  clocks.emmc = read_clock(mailbox, ClockId::kEmmc);
  clocks.uart = read_clock(mailbox, ClockId::kUart);
  if (clocks.uart.source != ClockReading::Source::kMeasured) {
    // The answer to "set" is nearer to the truth than a later question: QEMU's is a constant.
    clocks.uart = {uart.ok() ? *uart : kUartHz, ClockReading::Source::kNominal};
  }
  return clocks;
}

}  // namespace kernel
