#include "libpi/bcm2835/uart_timing.h"

namespace pi {
namespace {

// Sampling restarts with each frame of ten bits: 2.5 % put the last bit a quarter of a bit off,
// which leaves as much again to the other side.
constexpr uint64_t kTolerancePerThousand = 25;

base::Status cannot_make(uint32_t clock_hz, uint32_t baud) {
  return base::Status::error(base::ErrorCode::kInvalidArgument,
                             "a UART clock of {} Hz cannot make {} baud within 2.5 %", clock_hz,
                             baud);
}

// Whether clock / scaled_divisor is near enough to baud.
bool near_enough(uint64_t clock, uint64_t scaled_divisor, uint64_t baud) {
  // |clock / d - baud| <= baud / 40, without a division.
  const uint64_t wanted = baud * scaled_divisor;
  const uint64_t difference = clock > wanted ? clock - wanted : wanted - clock;
  return difference * 1000 <= wanted * kTolerancePerThousand;
}

}  // namespace

base::Result<uint32_t> pl011_divisor(uint32_t clock_hz, uint32_t baud) {
  if (baud == 0) return cannot_make(clock_hz, baud);
  const uint64_t clock = uint64_t{4} * clock_hz;
  const uint64_t divisor = (clock + baud / 2) / baud;
  // IBRD holds 1 to 65535, and 65535 goes only with a fraction of 0 (PL011 TRM 3.3.6).
  if (divisor < 64 || divisor > 65535 * 64 || !near_enough(clock, divisor, baud)) {
    return cannot_make(clock_hz, baud);
  }
  return static_cast<uint32_t>(divisor);
}

base::Result<uint32_t> mini_uart_divisor(uint32_t clock_hz, uint32_t baud) {
  if (baud == 0) return cannot_make(clock_hz, baud);
  const uint64_t divisor = (uint64_t{clock_hz} + uint64_t{4} * baud) / (uint64_t{8} * baud);
  if (divisor < 1 || divisor > 65536 || !near_enough(clock_hz, 8 * divisor, baud)) {
    return cannot_make(clock_hz, baud);
  }
  return static_cast<uint32_t>(divisor - 1);
}

}  // namespace pi
