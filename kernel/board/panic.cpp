#include "kernel/board/panic.h"

#include <array>
#include <new>

#include "base/check.h"
#include "base/version.h"
#include "kernel/board/drivers.h"
#include "kernel/board/loader_call.h"
#include "libpi/core/cpu.h"
#include "libpi/core/fault.h"
#include "libpi/deadline.h"

namespace kernel {
namespace {

namespace core = pi::core;

constexpr uint32_t kEmergencyBaud = 115200;
constexpr size_t kMostFrames = 24;
// The smallest FIFO, the mini UART's, holds 8 characters: 690 us at 115200 baud.
constexpr uint64_t kLookAtLineUs = 500;

constinit pi::Serial* panic_serial = nullptr;
constinit int panics_begun = 0;

// A board of its own, for panics before there is one.
struct EmergencyLine {
  pi::SystemTimer timer{kDescription.system_timer};
  pi::Gpio gpio{kDescription.gpio, timer};
  pi::Mailbox mailbox{kDescription.mailbox, kDescription.bus, timer};
  pi::UartPl011 uart{kDescription.pl011, gpio, timer, kDescription.uart_clock_hz};
};
alignas(EmergencyLine) constinit std::byte emergency_storage[sizeof(EmergencyLine)] = {};

pi::Serial& serial_for_panic() {
  if (panic_serial == nullptr) {
    auto* line = new (emergency_storage) EmergencyLine;
    // Should the firmware refuse, the clock is most likely right already.
    (void)line->mailbox.set_clock_rate(pi::Mailbox::ClockId::kUart, kDescription.uart_clock_hz);
    (void)line->uart.start(kEmergencyBaud);
    panic_serial = &line->uart;
  }
  return *panic_serial;
}

// Three flashes, a pause, repeated forever; asleep in between, except to check the line: a call
// for the boot loader is still obeyed.
[[noreturn]] void stop_and_blink() {
  pi::SystemTimer timer(kDescription.system_timer);
  pi::Gpio gpio(kDescription.gpio, timer);
  pi::ActLed led(kDescription.led, gpio);
  pi::PowerManager power(kDescription.power_manager);
  pi::Serial& serial = serial_for_panic();
  obey_loader_calls(serial, power);
  // Interrupts stay masked in the core: they only end its sleep.
  pi::Interrupts interrupts(kDescription.interrupts);
  interrupts.enable(kDescription.idle_alarm.irq);
  const auto sleep = [&](uint64_t us) {
    const pi::Deadline end(timer, us);
    while (!end.passed()) {
      timer.set_alarm(kDescription.idle_alarm.channel, kLookAtLineUs);
      core::wait_for_interrupt();
      timer.clear_alarm(kDescription.idle_alarm.channel);
      serial.poll_receiver();
    }
  };
  for (;;) {
    for (int flash = 0; flash < 3; ++flash) {
      led.set(true);
      sleep(150'000);
      led.set(false);
      sleep(150'000);
    }
    sleep(900'000);
  }
}

[[noreturn]] void stop_for_good() {
  for (;;) {
    core::wait_for_interrupt();
  }
}

// Returns if this is the first panic.
void begin_panic() {
  core::disable_interrupts();
  ++panics_begun;
  if (panics_begun == 1) return;
  if (panics_begun == 2) {
    // What printed the first one may be what is broken.
    panic_serial = nullptr;
    serial_for_panic().write("\n*** panic: another one, while printing the first\n");
    stop_and_blink();
  }
  stop_for_good();
}

// Of a fault or of a frame: pi::core::backtrace.
template <typename Where>
void print_backtrace(base::TextSink& out, const Where& where) {
  std::array<uint32_t, kMostFrames> frames;
  const size_t count = core::backtrace(where, frames);
  out.write("backtrace:");
  for (size_t i = 0; i < count; ++i) {
    base::print(out, " 0x{:08x}", frames[i]);
  }
  out.write("\n");
}

[[noreturn]] void end_panic(pi::Serial& out) {
  base::print(out, "version: {}\n", base::version());
  out.write("*** the kernel has stopped; switch the board off and on\n");
  (void)out.flush();
  stop_and_blink();
}

}  // namespace

void set_panic_serial(pi::Serial* serial) { panic_serial = serial; }

}  // namespace kernel

namespace base {

void check_failed(const char* file, int line, const char* expression) {
  kernel::begin_panic();
  pi::Serial& out = kernel::serial_for_panic();
  base::print(out, "\n*** panic: {}:{}: CHECK({}) does not hold; this is a bug in barellama\n",
              file, line, expression);
  const void* frame = __builtin_frame_address(0);
  kernel::print_backtrace(out, frame);
  kernel::end_panic(out);
}

}  // namespace base

extern "C" void fault_taken(const pi::core::Fault& fault) {
  kernel::begin_panic();
  pi::Serial& out = kernel::serial_for_panic();
  out.write("\n*** panic: ");
  pi::core::print_cause(out, fault);
  out.write("\n");
  pi::core::print_registers(out, fault);
  kernel::print_backtrace(out, fault);
  kernel::end_panic(out);
}
