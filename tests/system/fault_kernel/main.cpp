// Does, on the board, what must end in a panic, one thing a boot: the command line says which
// (barellama.fault=null). Each prints "about to: NAME" before it does it. "none" instead tries what
// must work, and prints "all well".
#include <string_view>

#include "base/check.h"
#include "kernel/board/board.h"
#include "kernel/board/boot_tags.h"
#include "kernel/board/drivers.h"
#include "kernel/board/panic.h"
#include "kernel/settings/command_line.h"
#include "libpi/core/image.h"
#include "libpi/core/memory_map.h"
#include "tests/system/fault_kernel/well.h"

extern "C" {
void execute_undefined();
void execute_supervisor_call();
void load_unaligned_pair(const void* address);
}

namespace {

// Not known to the compiler, which would otherwise see through all of this.
template <typename T>
T opaque(T value) {
  volatile T copy = value;
  return copy;
}

using Function = void (*)();
using Words = volatile uint32_t*;

Words at(uint32_t address) { return reinterpret_cast<Words>(static_cast<uintptr_t>(address)); }

void read_null() { (void)*opaque(at(0)); }
void write_null() { *opaque(at(0x20)) = 1; }
void read_above_memory() { (void)*opaque(at(0x1c000000)); }
void read_hole() { (void)*opaque(at(0x40000000)); }
void write_text() { *opaque(at(pi::core::address_of(__text_begin))) = 0; }
void write_constant() { *opaque(at(pi::core::address_of(__text_end))) = 0; }
void jump_null() { opaque(reinterpret_cast<Function>(static_cast<uintptr_t>(4)))(); }

void execute_stack() {
  uint32_t code[] = {0xe12fff1e};  // bx lr
  opaque(reinterpret_cast<Function>(reinterpret_cast<uintptr_t>(code)))();
}

void unaligned_pair() {
  alignas(8) static uint64_t pair[2];
  load_unaligned_pair(pair);
}

// Each call takes 1 KiB and is not a tail call.
uint32_t descend(uint32_t depth) {
  volatile uint32_t frame[256];
  frame[0] = depth;
  return opaque(descend)(depth + 1) + frame[0];
}
void overflow_stack() { (void)descend(0); }

void fail_check() { CHECK(opaque(1) == 2); }

// Calls nothing while it spins, so that the interrupt finds its frame on top, and calls afterwards,
// so that the frame has a return address.
[[gnu::noinline]] void spin(pi::Serial& serial) {
  for (uint32_t turn = 0; turn < 1'000'000'000; ++turn) (void)opaque(turn);
  serial.write("no interrupt has come\n");
  (void)opaque(0);  // or the call would be a jump, and need no frame
}

void fault_in_interrupt(kernel::Board& board) {
  const pi::AlarmWiring& alarm = kernel::kDescription.counter_alarm;
  kernel::Drivers& drivers = board.drivers();
  drivers.interrupts.attach(
      alarm.irq, [](void*) { read_null(); }, nullptr);
  drivers.timer.set_alarm(alarm.channel, 1000);
  spin(board.serial());
}

class BrokenSerial final : public pi::Serial {
  void do_send(uint8_t) override { read_null(); }
  bool do_try_read(char&) override { return false; }
  bool do_has_received() const override { return false; }
  void do_poll_receiver() override {}
  base::Status do_flush() override { return base::ok_status(); }
  base::Status do_set_baud(uint32_t) override { return base::ok_status(); }
  uint32_t do_baud() const override { return 0; }
  pi::SerialLosses do_losses() const override { return {}; }
};
void panic_in_panic() {
  BrokenSerial broken;
  kernel::set_panic_serial(&broken);
  fail_check();
}

// What the command line asks for; empty: nothing.
std::string_view wanted_fault(std::string_view command_line) {
  while (const auto setting = kernel::next_setting(command_line)) {
    if (setting->key == "fault") return setting->encoded;
  }
  return {};
}

// Before there is a board: only the low memory's alias is there.
bool wants_early_panic() {
  constexpr uint32_t kTags = pi::core::kLowMemoryAlias + pi::core::kTagsAddress;
  const auto* words = reinterpret_cast<const uint32_t*>(static_cast<uintptr_t>(kTags));
  return wanted_fault(kernel::read_boot_tags({words, 1024}).command_line) == "early";
}

struct Case {
  std::string_view name;
  Function run;
};
constexpr Case kCases[] = {
    {"null", read_null},
    {"null-write", write_null},
    {"above-memory", read_above_memory},
    {"hole", read_hole},
    {"text-write", write_text},
    {"constant-write", write_constant},
    {"null-jump", jump_null},
    {"undefined", execute_undefined},
    {"supervisor-call", execute_supervisor_call},
    {"execute-stack", execute_stack},
    {"unaligned-pair", unaligned_pair},
    {"stack", overflow_stack},
    {"check", fail_check},
    {"panic-in-panic", panic_in_panic},
};

}  // namespace

extern "C" void kernel_main(const pi::core::BootArguments& arguments) {
  if (wants_early_panic()) fail_check();
  kernel::Board& board = kernel::Board::start(arguments, {});
  pi::Serial& serial = board.serial();
  const std::string_view name = wanted_fault(board.command_line());
  if (name.empty()) {
    base::print(serial, "no fault in the command line: {}\n", board.command_line());
    for (;;) board.idle(1'000'000);
  }
  base::print(serial, "about to: {}\n", name);
  (void)serial.flush();
  if (name == "none") {
    const char* failure = try_what_must_work(board);
    base::print(serial, "{}\n", failure == nullptr ? "all well" : failure);
    board.reboot();
  } else if (name == "interrupt") {
    fault_in_interrupt(board);
  } else {
    for (const Case& one : kCases) {
      if (one.name == name) one.run();
    }
  }
  serial.write("nothing happened\n");
  for (;;) board.idle(1'000'000);
}
