#include "kernel/board/panic.h"

#include <array>
#include <new>

#include "base/check.h"
#include "kernel/board/clocks.h"
#include "libpi/arm1176/backtrace.h"
#include "libpi/arm1176/cpu.h"
#include "libpi/arm1176/fault.h"
#include "libpi/arm1176/fault_status.h"
#include "libpi/arm1176/image.h"
#include "libpi/arm1176/stacks.h"
#include "libpi/bcm2835/act_led.h"
#include "libpi/bcm2835/gpio.h"
#include "libpi/bcm2835/interrupts.h"
#include "libpi/bcm2835/mailbox.h"
#include "libpi/bcm2835/power_manager.h"
#include "libpi/bcm2835/system_timer.h"
#include "libpi/bcm2835/uart_pl011.h"
#include "libpi/deadline.h"

namespace kernel {
namespace {

namespace arm = pi::arm1176;

constexpr uint32_t kEmergencyBaud = 115200;
constexpr uint32_t kEmergencyUartHz = 48'000'000;
constexpr size_t kMostFrames = 24;
// The smallest FIFO, the mini UART's, holds 8 characters: 690 us at 115200 baud.
constexpr uint64_t kLookAtLineUs = 500;

constinit pi::Serial* panic_serial = nullptr;
constinit int panics_begun = 0;

// A board of its own, for panics before there is one.
struct EmergencyLine {
  pi::SystemTimer timer;
  pi::Gpio gpio{timer};
  pi::Mailbox mailbox{timer};
  pi::UartPl011 uart{gpio, timer, kEmergencyUartHz};
};
alignas(EmergencyLine) constinit std::byte emergency_storage[sizeof(EmergencyLine)] = {};

pi::Serial& serial_for_panic() {
  if (panic_serial == nullptr) {
    auto* line = new (emergency_storage) EmergencyLine;
    // Should the firmware refuse, the clock is most likely right already.
    (void)line->mailbox.set_clock_rate(pi::Mailbox::ClockId::kUart, kEmergencyUartHz);
    (void)line->uart.start(kEmergencyBaud);
    panic_serial = &line->uart;
  }
  return *panic_serial;
}

// Three flashes, a pause, again, for ever; asleep in between, but for looks at the line: whoever
// calls for the boot loader there gets it.
[[noreturn]] void stop_and_blink() {
  pi::SystemTimer timer;
  pi::Gpio gpio(timer);
  pi::ActLed led(gpio);
  pi::PowerManager power;
  pi::Serial& serial = serial_for_panic();
  serial.on_loader_magic(
      [](void* manager) { static_cast<pi::PowerManager*>(manager)->request_reboot(); }, &power);
  // Interrupts stay masked in the core: they only end its sleep.
  pi::Interrupts interrupts;
  interrupts.enable(pi::Irq::kSystemTimer3);
  const auto sleep = [&](uint64_t us) {
    const pi::Deadline end(timer, us);
    while (!end.passed()) {
      timer.set_alarm(pi::SystemTimer::Channel::k3, kLookAtLineUs);
      arm::wait_for_interrupt();
      timer.clear_alarm(pi::SystemTimer::Channel::k3);
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
    arm::wait_for_interrupt();
  }
}

// Returns if this is the first panic.
void begin_panic() {
  arm::disable_interrupts();
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

void print_backtrace(base::TextSink& out, const arm::Registers& registers) {
  const arm::Stack stacks[arm::kStacks] = {arm::main_stack(), arm::interrupt_stack(),
                                           arm::fault_stack()};
  std::array<arm::MemoryWindow, arm::kStacks> windows;
  for (size_t i = 0; i < windows.size(); ++i) {
    windows[i] = {arm::address_of(stacks[i].words.data()), stacks[i].words};
  }
  std::array<uint32_t, kMostFrames> frames;
  const size_t count = arm::backtrace(
      registers, windows, {arm::address_of(__text_begin), arm::address_of(__text_end)}, frames);
  out.write("backtrace:");
  for (size_t i = 0; i < count; ++i) {
    base::print(out, " 0x{:08x}", frames[i]);
  }
  out.write("\n");
}

[[noreturn]] void end_panic(pi::Serial& out) {
  out.write("*** the kernel has stopped; switch the board off and on\n");
  (void)out.flush();
  stop_and_blink();
}

void print_cause(base::TextSink& out, const arm::Fault& fault) {
  switch (fault.kind) {
    case arm::FaultKind::kUndefinedInstruction:
      base::print(out, "undefined instruction at 0x{:08x}", fault.pc);
      return;
    case arm::FaultKind::kSupervisorCall:
      base::print(out, "supervisor call at 0x{:08x}, which nothing here makes", fault.pc);
      return;
    case arm::FaultKind::kPrefetchAbort:
      base::print(out, "prefetch abort: no execution at 0x{:08x}: {} (IFSR 0x{:08x})", fault.pc,
                  arm::describe_fault_status(arm::instruction_fault_status()),
                  arm::instruction_fault_status());
      return;
    case arm::FaultKind::kDataAbort: {
      const uint32_t status = arm::data_fault_status();
      base::print(out, "data abort: {} ", arm::fault_was_write(status) ? "write to" : "read of");
      if (arm::fault_address_is_valid(status)) {
        base::print(out, "0x{:08x}", arm::data_fault_address());
      } else {
        out.write("an unknown address");
      }
      base::print(out, ": {} (DFSR 0x{:08x})", arm::describe_fault_status(status), status);
      return;
    }
    case arm::FaultKind::kReservedVector:
      out.write("jump to an unused exception vector");
      return;
    case arm::FaultKind::kFastInterrupt:
      out.write("fast interrupt, which nothing here enables");
      return;
  }
  out.write("unknown exception");
}

void print_registers(base::TextSink& out, const arm::Fault& fault) {
  base::print(out, "pc  {:08x}  lr  {:08x}  sp  {:08x}  cpsr {:08x} ({} mode)\n", fault.pc,
              fault.lr, fault.sp, fault.cpsr, arm::mode_name(fault.cpsr));
  for (size_t i = 0; i < std::size(fault.r); ++i) {
    base::print(out, "r{:-2} {:08x}{}", i, fault.r[i], i % 4 == 3 ? "\n" : "  ");
  }
  out.write("\n");
}

}  // namespace

void set_panic_serial(pi::Serial* serial) { panic_serial = serial; }

}  // namespace kernel

namespace base {

void check_failed(const char* file, int line, const char* expression) {
  namespace arm = pi::arm1176;
  kernel::begin_panic();
  pi::Serial& out = kernel::serial_for_panic();
  base::print(out, "\n*** panic: {}:{}: CHECK({}) does not hold; this is a bug in barellama\n",
              file, line, expression);
  // The trace begins with the caller, whose frame pointer lies below our return address.
  const auto* frame = static_cast<const uint32_t*>(__builtin_frame_address(0));
  kernel::print_backtrace(out, {frame[0], 0, frame[-1]});
  kernel::end_panic(out);
}

}  // namespace base

extern "C" void fault_taken(const pi::arm1176::Fault& fault) {
  kernel::begin_panic();
  pi::Serial& out = kernel::serial_for_panic();
  out.write("\n*** panic: ");
  kernel::print_cause(out, fault);
  out.write("\n");
  kernel::print_registers(out, fault);
  kernel::print_backtrace(out, {fault.pc, fault.lr, fault.r[11]});
  kernel::end_panic(out);
}
