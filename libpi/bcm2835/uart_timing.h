// The divisors of both UARTs, and how wrong they may be.
#pragma once

#include <cstdint>

#include "base/status.h"

namespace pi {

// The longest that a UART may take for anything: at 1200 baud its 16 characters take 133 ms, at
// the speeds that we use (9600 and more) less than 17.
inline constexpr uint64_t kUartDeadlineUs = 100'000;

// The PL011's divisor in units of 1/64: BAUDDIV = clock / (16 * baud), so 64 of it is
// 4 * clock / baud, rounded (BCM2835 ARM Peripherals 13.4). For 48 MHz and 115200 baud:
// 1666.67 -> 1667 = 26 + 3/64; error 0.02 %.
// kInvalidArgument when no divisor comes within 2.5 %.
base::Result<uint32_t> pl011_divisor(uint32_t clock_hz, uint32_t baud);

// The mini UART's register: clock / (8 * baud) - 1, rounded (BCM2835 ARM Peripherals 2.2.1). For
// 250 MHz and 115200 baud: 270.27 -> 270; error 0.10 %. Errors as above.
base::Result<uint32_t> mini_uart_divisor(uint32_t clock_hz, uint32_t baud);

inline base::Status uart_is_stuck() {
  return base::Status::error(base::ErrorCode::kTimeout,
                             "the UART has not sent its characters within {} us", kUartDeadlineUs);
}

}  // namespace pi
