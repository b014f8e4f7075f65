#include "libpi/bcm2835/uart_mini.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "libpi/boards/pi_zero.h"
#include "tests/fakes/fake_bus.h"
#include "tests/fakes/fake_clock.h"

namespace pi {
namespace {

constexpr uint32_t kEnables = 0x20215004;
constexpr uint32_t kIo = 0x20215040;
constexpr uint32_t kIer = 0x20215044;
constexpr uint32_t kLsr = 0x20215054;
constexpr uint32_t kCntl = 0x20215060;
constexpr uint32_t kBaud = 0x20215068;
constexpr uint32_t kPending1 = 0x2000b204;
constexpr uint32_t kGpfsel1 = 0x20200004;

struct UartMiniTest : testing::Test {
  UartMiniTest() {
    bus.readers[kLsr] = [this] {
      const uint32_t value = status | (incoming.empty() ? 0u : 1u);
      status &= ~2u;
      return value;
    };
    bus.readers[kIo] = [this] {
      const uint32_t word = incoming.front();
      incoming.pop_front();
      return word;
    };
    bus.writers[kIo] = [this](uint32_t value) { sent += static_cast<char>(value); };
  }

  FakeBus bus;
  FakeClock clock;
  Gpio gpio{kPiZero.gpio, clock};
  Interrupts interrupts{kPiZero.interrupts};
  UartMini uart{kPiZero.mini_uart, gpio, clock, 250'000'000};
  uint32_t status = 0x60;
  std::deque<uint32_t> incoming;
  std::string sent;
};

TEST_F(UartMiniTest, SetsThePinsBeforeItIsEnabled) {
  bus.memory[kEnables] = 6;  // both SPIs, which are not the UART's
  ASSERT_TRUE(uart.start(115200).ok());
  size_t last_pin = 0;
  size_t enabled = 0;
  const std::vector<BusEvent> writes = bus.writes();
  for (size_t i = 0; i < writes.size(); ++i) {
    if (writes[i].address == kGpfsel1) last_pin = i;
    if (writes[i] == write_of(kCntl, 3)) enabled = i;
  }
  EXPECT_LT(last_pin, enabled);
  EXPECT_EQ(bus.memory[kGpfsel1], 2u << 12 | 2u << 15);
  EXPECT_EQ(bus.memory[kEnables], 7u);
  EXPECT_EQ(bus.memory[kBaud], 270u);
  EXPECT_TRUE(bus.barriers_are_right());
}

TEST_F(UartMiniTest, SendsAndReceives) {
  ASSERT_TRUE(uart.start(115200).ok());
  uart.write("hi\n");
  EXPECT_EQ(sent, "hi\r\n");
  uart.receive_by(interrupts);
  EXPECT_EQ(bus.memory[kIer], 0xdu);
  incoming = {'o', 'k'};
  bus.memory[kPending1] = 1u << 29;
  interrupts.dispatch();
  char text[8];
  EXPECT_EQ(std::string(text, uart.read(text)), "ok");
}

TEST_F(UartMiniTest, HearsTheCallForTheLoaderWhileTheProgramDoesNotRead) {
  ASSERT_TRUE(uart.start(115200).ok());
  uart.receive_by(interrupts);
  int calls = 0;
  uart.on_loader_magic([](void* count) { ++*static_cast<int*>(count); }, &calls);
  bus.memory[kPending1] = 1u << 29;
  for (const char c : push::kLoaderMagic) incoming.push_back(static_cast<uint8_t>(c));
  interrupts.dispatch();
  EXPECT_EQ(calls, 1);
}

TEST_F(UartMiniTest, CountsOverruns) {
  ASSERT_TRUE(uart.start(115200).ok());
  status |= 2;
  incoming = {'x'};
  char c;
  EXPECT_TRUE(uart.try_read(c));
  EXPECT_EQ(uart.losses().hardware_overruns, 1u);
}

TEST_F(UartMiniTest, GivesUpWhenItNeverDrains) {
  ASSERT_TRUE(uart.start(115200).ok());
  status = 0;
  uart.write("x");
  EXPECT_EQ(uart.losses().send_timeouts, 1u);
  EXPECT_EQ(uart.flush().code(), base::ErrorCode::kTimeout);
}

}  // namespace
}  // namespace pi
