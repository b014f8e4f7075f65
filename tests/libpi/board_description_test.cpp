// Drivers are of a chip, not of a board: each goes where its board's description says, and nowhere
// else.
#include <gtest/gtest.h>

#include <array>
#include <new>

#include "libpi/bcm2835/act_led.h"
#include "libpi/bcm2835/dma.h"
#include "libpi/bcm2835/emmc.h"
#include "libpi/bcm2835/mailbox.h"
#include "libpi/bcm2835/power_manager.h"
#include "libpi/bcm2835/uart_mini.h"
#include "libpi/bcm2835/uart_pl011.h"
#include "libpi/boards/pi_zero.h"
#include "tests/fakes/fake_bus.h"
#include "tests/fakes/fake_clock.h"

namespace pi {
namespace {

constexpr uint32_t kPeripherals = 0x3f000000;

constexpr MmioBase moved(MmioBase base) {
  return {base.address - kPiZero.bus.peripherals + kPeripherals};
}

// Peripherals elsewhere, as on a BCM2836, other pins, an LED of the other polarity, another alias.
constexpr BoardDescription other_board() {
  BoardDescription board = kPiZero;
  board.memory.peripherals = kPeripherals;
  board.bus = {
      .peripherals = kPeripherals, .device_peripherals = 0x7e000000, .memory_alias = 0xc0000000};
  for (MmioBase* base :
       {&board.system_timer, &board.interrupts, &board.mailbox, &board.power_manager, &board.gpio,
        &board.dma.registers, &board.card.registers, &board.pl011.registers,
        &board.mini_uart.registers}) {
    *base = moved(*base);
  }
  board.pl011.transmit_pin = 32;
  board.pl011.receive_pin = 33;
  board.pl011.function = Gpio::Function::kAlt3;
  board.pl011.rival_pins = {};
  board.pl011.irq = Irq{40};
  board.led = {.pin = 16, .lit_when_high = true};
  return board;
}
constexpr BoardDescription kOther = other_board();

constexpr uint32_t kGpio = kPeripherals + 0x200000;
constexpr uint32_t kGpset0 = kGpio + 0x1c;
constexpr uint32_t kGpclr0 = kGpio + 0x28;

struct BoardDescriptionTest : testing::Test {
  bool all_events_are_of_the_board() const {
    for (const BusEvent& event : bus.events) {
      const bool is_access =
          event.kind == BusEvent::Kind::kRead || event.kind == BusEvent::Kind::kWrite;
      if (is_access && event.address - kPeripherals >= kOther.memory.peripheral_bytes) return false;
    }
    return !bus.events.empty();
  }

  FakeBus bus;
  FakeClock clock;
  Gpio gpio{kOther.gpio, clock};
};

TEST_F(BoardDescriptionTest, SaysWhereEachDriversRegistersAre) {
  SystemTimer timer(kOther.system_timer);
  static_cast<void>(timer.now_us());
  timer.set_alarm(SystemTimer::Channel::k1, 1000);
  timer.clear_alarm(SystemTimer::Channel::k1);
  Interrupts interrupts(kOther.interrupts);
  interrupts.dispatch();
  PowerManager power(kOther.power_manager);
  static_cast<void>(power.reset_reason());
  power.request_reboot();
  gpio.set_pull(3, Gpio::Pull::kUp);
  static_cast<void>(gpio.function(3));

  UartPl011 pl011(kOther.pl011, gpio, clock, 48'000'000);
  ASSERT_TRUE(pl011.start(115200).ok());
  pl011.receive_by(interrupts);
  pl011.write("x");
  UartMini mini(kOther.mini_uart, gpio, clock, 250'000'000);
  bus.readers[kOther.mini_uart.registers.address + 0x54] = [] { return 0x60u; };
  ASSERT_TRUE(mini.start(115200).ok());
  mini.receive_by(interrupts);
  mini.write("x");

  alignas(Mailbox) static std::byte storage[sizeof(Mailbox)];
  auto& mailbox = *new (storage) Mailbox(kOther.mailbox, kOther.bus, clock);
  bus.memory[kOther.mailbox.address + 0x18] = 1u << 30;
  EXPECT_EQ(mailbox.firmware_revision().status().code(), base::ErrorCode::kTimeout);

  Dma dma(clock, kOther.dma.registers, kOther.bus, 5);
  dma.reset();
  Emmc emmc(clock, kOther.card.registers, kOther.bus);
  static_cast<void>(emmc.reset(250'000'000));
  EXPECT_TRUE(all_events_are_of_the_board());
}

TEST_F(BoardDescriptionTest, SaysHowDevicesSeeMemoryAndRegisters) {
  alignas(32) static std::array<std::byte, 32> target;
  Dma dma(clock, kOther.dma.registers, kOther.bus, 5);
  dma.prepare(0, Dma::Dreq::kEmmc, target);
  dma.start();
  const uint32_t block = bus.memory[kPeripherals + 0x7504];
  EXPECT_EQ(block >> 30, 3u);
  const auto* words = reinterpret_cast<const Dma::ControlBlock*>(core::memory_at(block));
  EXPECT_EQ(words->destination >> 30, 3u);
  EXPECT_EQ(core::memory_at(words->destination), target.data());

  const Emmc here(clock, kOther.card.registers, kOther.bus);
  EXPECT_EQ(here.data_port_bus_address(), 0x7e300020u);
  const Emmc there(clock, kPiZero.card.registers, kPiZero.bus);
  EXPECT_EQ(there.data_port_bus_address(), 0x7e300020u);
  EXPECT_EQ(kPiZero.bus.address_of_memory(target.data()) >> 30, 1u);
}

TEST_F(BoardDescriptionTest, SaysWhichPinsAndInterruptAUartHas) {
  Interrupts interrupts(kOther.interrupts);
  UartPl011 uart(kOther.pl011, gpio, clock, 48'000'000);
  ASSERT_TRUE(uart.start(115200).ok());
  EXPECT_EQ(gpio.function(32), Gpio::Function::kAlt3);
  EXPECT_EQ(gpio.function(33), Gpio::Function::kAlt3);
  EXPECT_EQ(gpio.function(14), Gpio::Function::kInput) << "the Zero's";
  uart.receive_by(interrupts);
  EXPECT_EQ(bus.writes_to(kPeripherals + 0xb214), std::vector<uint32_t>{1u << 8});
}

TEST_F(BoardDescriptionTest, SaysHowTheLedIsLit) {
  ActLed led(kOther.led, gpio);
  EXPECT_EQ(bus.writes_to(kGpclr0), std::vector<uint32_t>{1u << 16});
  led.set(true);
  EXPECT_EQ(bus.writes_to(kGpset0), std::vector<uint32_t>{1u << 16});
}

}  // namespace
}  // namespace pi
