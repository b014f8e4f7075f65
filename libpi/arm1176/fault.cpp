#include "libpi/arm1176/fault.h"

#include <array>
#include <iterator>

#include "libpi/arm1176/backtrace.h"
#include "libpi/arm1176/fault_status.h"
#include "libpi/arm1176/system_control.h"
#include "libpi/core/image.h"
#include "libpi/core/stacks.h"

namespace pi::core {
namespace {

using arm1176::FaultKind;

static_assert(STACK_PAINT == kStackPaint);

// ARM1176 TRM 3.2.17 to 3.2.19. The instruction fault's address is the faulting program counter.
uint32_t data_fault_status() {
  uint32_t value;
  asm volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(value));
  return value;
}
uint32_t instruction_fault_status() {
  uint32_t value;
  asm volatile("mrc p15, 0, %0, c5, c0, 1" : "=r"(value));
  return value;
}
uint32_t data_fault_address() {
  uint32_t value;
  asm volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(value));
  return value;
}

void print_data_abort(base::TextSink& out) {
  const uint32_t status = data_fault_status();
  base::print(out, "data abort: {} ", arm1176::fault_was_write(status) ? "write to" : "read of");
  if (arm1176::fault_address_is_valid(status)) {
    base::print(out, "0x{:08x}", data_fault_address());
  } else {
    out.write("an unknown address");
  }
  base::print(out, ": {} (DFSR 0x{:08x})", arm1176::describe_fault_status(status), status);
}

size_t walk(const arm1176::Registers& registers, std::span<uint32_t> out) {
  const Stack stacks[kStacks] = {main_stack(), interrupt_stack(), fault_stack()};
  std::array<arm1176::MemoryWindow, kStacks> windows;
  for (size_t i = 0; i < windows.size(); ++i) {
    windows[i] = {address_of(stacks[i].words.data()), stacks[i].words};
  }
  return arm1176::backtrace(registers, windows, {address_of(__text_begin), address_of(__text_end)},
                            out);
}

}  // namespace

void print_cause(base::TextSink& out, const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::kUndefinedInstruction:
      base::print(out, "undefined instruction at 0x{:08x}", fault.pc);
      return;
    case FaultKind::kSupervisorCall:
      base::print(out, "supervisor call at 0x{:08x}, which no code here makes", fault.pc);
      return;
    case FaultKind::kPrefetchAbort: {
      const uint32_t status = instruction_fault_status();
      base::print(out, "prefetch abort: no execution at 0x{:08x}: {} (IFSR 0x{:08x})", fault.pc,
                  arm1176::describe_fault_status(status), status);
      return;
    }
    case FaultKind::kDataAbort:
      return print_data_abort(out);
    case FaultKind::kReservedVector:
      out.write("jump to an unused exception vector");
      return;
    case FaultKind::kFastInterrupt:
      out.write("fast interrupt, which no code here enables");
      return;
  }
  out.write("unknown exception");
}

void print_registers(base::TextSink& out, const Fault& fault) {
  base::print(out, "pc  {:08x}  lr  {:08x}  sp  {:08x}  cpsr {:08x} ({} mode)\n", fault.pc,
              fault.lr, fault.sp, fault.cpsr, arm1176::mode_name(fault.cpsr));
  for (size_t i = 0; i < std::size(fault.r); ++i) {
    base::print(out, "r{:-2} {:08x}{}", i, fault.r[i], i % 4 == 3 ? "\n" : "  ");
  }
  out.write("\n");
}

size_t backtrace(const Fault& fault, std::span<uint32_t> out) {
  return walk({fault.pc, fault.lr, fault.r[11]}, out);
}

// The trace begins with the caller, whose frame pointer is stored below our return address.
size_t backtrace(const void* frame, std::span<uint32_t> out) {
  const auto* words = static_cast<const uint32_t*>(frame);
  return walk({words[0], 0, words[-1]}, out);
}

}  // namespace pi::core
