#include "libpi/bcm2835/uart_pl011.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "libpi/bcm2835/uart_timing.h"
#include "libpi/boards/pi_zero.h"
#include "tests/fakes/fake_bus.h"
#include "tests/fakes/fake_clock.h"

namespace pi {
namespace {

using testing::ElementsAre;

constexpr uint32_t kDr = 0x20201000;
constexpr uint32_t kFr = 0x20201018;
constexpr uint32_t kImsc = 0x20201038;
constexpr uint32_t kCr = 0x20201030;
constexpr uint32_t kPending2 = 0x2000b208;
constexpr uint32_t kGpfsel1 = 0x20200004;
constexpr uint32_t kGpfsel3 = 0x2020000c;

constexpr uint32_t kBusy = 1 << 3;
constexpr uint32_t kReceiveEmpty = 1 << 4;
constexpr uint32_t kTransmitFull = 1 << 5;

struct UartPl011Test : testing::Test {
  UartPl011Test() {
    bus.readers[kFr] = [this] { return flags | (incoming.empty() ? kReceiveEmpty : 0); };
    bus.readers[kDr] = [this] {
      const uint32_t word = incoming.front();
      incoming.pop_front();
      return word;
    };
    bus.writers[kDr] = [this](uint32_t value) { sent += static_cast<char>(value); };
  }
  void receive(std::string_view text) {
    for (const char c : text) incoming.push_back(static_cast<uint8_t>(c));
  }
  std::string read_all() {
    std::string text;
    for (char c; uart.try_read(c);) text += c;
    return text;
  }

  FakeBus bus;
  FakeClock clock;
  Gpio gpio{kPiZero.gpio, clock};
  Interrupts interrupts{kPiZero.interrupts};
  UartPl011 uart{kPiZero.pl011, gpio, clock, 48'000'000};
  uint32_t flags = 0;
  std::deque<uint32_t> incoming;
  std::string sent;
};

TEST_F(UartPl011Test, ProgramsTheRegistersInTheOrderOfTheManual) {
  ASSERT_TRUE(uart.start(115200).ok());
  std::vector<BusEvent> writes;
  for (const BusEvent& event : bus.writes()) {
    if (event.address >> 12 == 0x20201) writes.push_back(event);
  }
  EXPECT_THAT(writes, ElementsAre(write_of(0x20201038, 0),      // IMSC: no interrupts
                                  write_of(0x20201030, 0),      // CR: off
                                  write_of(0x2020102c, 0),      // LCRH: flush
                                  write_of(0x20201044, 0x7ff),  // ICR
                                  write_of(0x20201024, 26), write_of(0x20201028, 3),
                                  write_of(0x2020102c, 0x70),     // LCRH: 8 bits, FIFOs
                                  write_of(0x20201030, 0x301)));  // CR: on, both ways
  EXPECT_EQ(uart.baud(), 115200u);
  EXPECT_TRUE(bus.barriers_are_right());
}

TEST_F(UartPl011Test, TakesTheBluetoothPinsAwayBeforeItConnectsTheHeaders) {
  bus.memory[kGpfsel3] = 7u << 6 | 7u << 9;  // GPIO 32 and 33 as a Zero W's firmware leaves them
  ASSERT_TRUE(uart.start(115200).ok());
  std::vector<uint32_t> functions;
  for (const BusEvent& event : bus.writes()) {
    if (event.address == kGpfsel1 || event.address == kGpfsel3) functions.push_back(event.address);
  }
  EXPECT_THAT(functions, ElementsAre(kGpfsel3, kGpfsel3, kGpfsel1, kGpfsel1));
  EXPECT_EQ(bus.memory[kGpfsel3], 0u);
  EXPECT_EQ(bus.memory[kGpfsel1], 4u << 12 | 4u << 15);
}

TEST_F(UartPl011Test, SendsTextWithTheLineEndsOfTerminals) {
  ASSERT_TRUE(uart.start(115200).ok());
  uart.write("a\nb\r\n");
  uart.write("\r");
  uart.write("\n");
  EXPECT_EQ(sent, "a\r\nb\r\n\r\n");
}

TEST_F(UartPl011Test, SendsBytesAsTheyAre) {
  ASSERT_TRUE(uart.start(115200).ok());
  const std::byte bytes[] = {std::byte{'\n'}, std::byte{0}, std::byte{0xff}};
  uart.write_bytes(bytes);
  EXPECT_EQ(sent, std::string("\n\0\xff", 3));
}

TEST_F(UartPl011Test, WaitsWhileTheFifoIsFull) {
  ASSERT_TRUE(uart.start(115200).ok());
  int polls = 0;
  bus.readers[kFr] = [&] { return ++polls < 50 ? kTransmitFull : 0; };
  uart.write("x");
  EXPECT_EQ(sent, "x");
  EXPECT_EQ(uart.losses().send_timeouts, 0u);
}

TEST_F(UartPl011Test, GivesUpACharacterWhenTheFifoNeverDrains) {
  ASSERT_TRUE(uart.start(115200).ok());
  flags = kTransmitFull | kBusy;
  const uint64_t begin = clock.time_us;
  uart.write("x");
  EXPECT_EQ(sent, "");
  EXPECT_EQ(uart.losses().send_timeouts, 1u);
  EXPECT_LT(clock.time_us - begin, 2 * kUartDeadlineUs);
  EXPECT_EQ(uart.flush().code(), base::ErrorCode::kTimeout);
}

TEST_F(UartPl011Test, PollsUntilItHasAnInterrupt) {
  ASSERT_TRUE(uart.start(115200).ok());
  receive("hello");
  EXPECT_EQ(read_all(), "hello");
}

TEST_F(UartPl011Test, ReceivesABurstByInterruptWhileTheProgramDoesNotRead) {
  ASSERT_TRUE(uart.start(115200).ok());
  uart.receive_by(interrupts);
  EXPECT_EQ(bus.memory[kImsc], 0x50u);
  bus.memory[kPending2] = 1u << 25;
  std::string all;
  for (int burst = 0; burst < 100; ++burst) {
    receive("0123456789");
    all += "0123456789";
    interrupts.dispatch();
  }
  EXPECT_TRUE(uart.has_received());
  EXPECT_EQ(read_all(), all);
  EXPECT_FALSE(uart.has_received());
}

TEST_F(UartPl011Test, HearsTheCallForTheLoaderWhileTheProgramDoesNotRead) {
  ASSERT_TRUE(uart.start(115200).ok());
  uart.receive_by(interrupts);
  int calls = 0;
  uart.on_loader_magic([](void* count) { ++*static_cast<int*>(count); }, &calls);
  bus.memory[kPending2] = 1u << 25;
  // The buffer is full, and is not read.
  receive(std::string(Serial::kReceiveBuffer + 100, 'x'));
  interrupts.dispatch();
  interrupts.dispatch();
  receive(push::kLoaderMagic.substr(0, 7));
  interrupts.dispatch();
  EXPECT_EQ(calls, 0);
  receive(push::kLoaderMagic.substr(7));
  interrupts.dispatch();
  EXPECT_EQ(calls, 1);
}

TEST_F(UartPl011Test, DeliversWhatOnlyBeginsLikeTheCallForTheLoader) {
  ASSERT_TRUE(uart.start(115200).ok());
  int calls = 0;
  uart.on_loader_magic([](void* count) { ++*static_cast<int*>(count); }, &calls);
  std::string text(push::kLoaderMagic.substr(0, push::kLoaderMagic.size() - 1));
  text += "! A cat";
  receive(text);
  EXPECT_EQ(read_all(), text);
  EXPECT_EQ(calls, 0);
}

TEST_F(UartPl011Test, HearsTheCallForTheLoaderWithoutInterrupts) {
  ASSERT_TRUE(uart.start(115200).ok());
  uart.receive_by(interrupts);
  int calls = 0;
  uart.on_loader_magic([](void* count) { ++*static_cast<int*>(count); }, &calls);
  receive(push::kLoaderMagic);
  uart.poll_receiver();
  EXPECT_EQ(calls, 1);
}

TEST_F(UartPl011Test, CountsWhatIsLost) {
  ASSERT_TRUE(uart.start(115200).ok());
  uart.receive_by(interrupts);
  bus.memory[kPending2] = 1u << 25;
  incoming = {'a', 'b' | 1 << 11, 'c' | 1 << 8, 0 | 1 << 10, 'd'};
  interrupts.dispatch();
  EXPECT_EQ(read_all(), "abd");
  EXPECT_EQ(uart.losses().hardware_overruns, 1u);
  EXPECT_EQ(uart.losses().line_errors, 2u);

  receive(std::string(Serial::kReceiveBuffer, 'x'));
  receive("yz");
  interrupts.dispatch();
  interrupts.dispatch();
  EXPECT_EQ(uart.losses().buffer_overruns, 2u);
  EXPECT_EQ(read_all(), std::string(Serial::kReceiveBuffer, 'x'));
}

TEST_F(UartPl011Test, KeepsReceivingAfterAChangeOfSpeed) {
  ASSERT_TRUE(uart.start(115200).ok());
  uart.receive_by(interrupts);
  ASSERT_TRUE(uart.set_baud(921600).ok());
  EXPECT_EQ(uart.baud(), 921600u);
  EXPECT_EQ(bus.memory[0x20201024], 3u);
  EXPECT_EQ(bus.memory[0x20201028], 16u);
  EXPECT_EQ(bus.memory[kImsc], 0x50u);
}

TEST_F(UartPl011Test, ChangesNothingForASpeedItCannotMake) {
  ASSERT_TRUE(uart.start(115200).ok());
  bus.events.clear();
  EXPECT_EQ(uart.set_baud(5'000'000).code(), base::ErrorCode::kInvalidArgument);
  EXPECT_TRUE(bus.writes().empty());
  EXPECT_EQ(uart.baud(), 115200u);
}

TEST_F(UartPl011Test, StartsOverAStuckUart) {
  bus.memory[kCr] = 0x301;
  flags = kBusy;
  ASSERT_TRUE(uart.start(115200).ok());
  EXPECT_EQ(uart.losses().send_timeouts, 1u);
  EXPECT_EQ(bus.memory[kCr], 0x301u);
}

}  // namespace
}  // namespace pi
