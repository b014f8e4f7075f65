#include "libpi/bcm2835/uart_timing.h"

#include <gtest/gtest.h>

namespace pi {
namespace {

constexpr uint32_t k48MHz = 48'000'000;

TEST(Pl011Divisor, IsThatOfTheManualsFormula) {
  const struct {
    uint32_t baud, integer, fraction;
  } cases[] = {{115200, 26, 3}, {230400, 13, 1}, {460800, 6, 33}, {576000, 5, 13},
               {921600, 3, 16}, {1000000, 3, 0}, {1500000, 2, 0}, {2000000, 1, 32},
               {3000000, 1, 0}, {9600, 312, 32}};
  for (const auto& c : cases) {
    const base::Result<uint32_t> divisor = pl011_divisor(k48MHz, c.baud);
    ASSERT_TRUE(divisor.ok()) << c.baud;
    EXPECT_EQ(*divisor >> 6, c.integer) << c.baud;
    EXPECT_EQ(*divisor & 63, c.fraction) << c.baud;
  }
  // The 3 MHz clock of old firmware, as old tutorials have it.
  EXPECT_EQ(*pl011_divisor(3'000'000, 115200), 1u << 6 | 40);
}

TEST(Pl011Divisor, RefusesWhatTheClockCannotMake) {
  for (const uint32_t baud : {0u, 3'100'000u, 4'000'000u, 40u, UINT32_MAX}) {
    const base::Result<uint32_t> divisor = pl011_divisor(k48MHz, baud);
    EXPECT_EQ(divisor.status().code(), base::ErrorCode::kInvalidArgument) << baud;
  }
  EXPECT_FALSE(pl011_divisor(3'000'000, 230400).ok());
  EXPECT_FALSE(pl011_divisor(0, 115200).ok());
}

TEST(MiniUartDivisor, RoundsToTheNearest) {
  EXPECT_EQ(*mini_uart_divisor(250'000'000, 115200), 270u);
  EXPECT_EQ(*mini_uart_divisor(400'000'000, 115200), 433u);
  EXPECT_EQ(*mini_uart_divisor(250'000'000, 460800), 67u);
  EXPECT_EQ(*mini_uart_divisor(250'000'000, 921600), 33u);
  EXPECT_EQ(*mini_uart_divisor(400'000'000, 2'000'000), 24u);
}

TEST(MiniUartDivisor, RefusesMoreThanTwoAndAHalfPercent) {
  EXPECT_TRUE(mini_uart_divisor(250'000'000, 2'000'000).ok());   // -2.3 %
  EXPECT_FALSE(mini_uart_divisor(250'000'000, 3'000'000).ok());  // +4.2 %
  EXPECT_FALSE(mini_uart_divisor(250'000'000, 300).ok());        // beyond 16 bits
  EXPECT_FALSE(mini_uart_divisor(0, 115200).ok());
  EXPECT_FALSE(mini_uart_divisor(250'000'000, 0).ok());
}

}  // namespace
}  // namespace pi
