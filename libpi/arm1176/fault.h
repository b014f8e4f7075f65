// Exceptions that nobody recovers from. The vectors (vectors.S) collect the registers and call the
// program's fault_taken().
#pragma once

#include <cstdint>

namespace pi::arm1176 {

// Numbers as in vectors.S.
enum class FaultKind : uint32_t {
  kUndefinedInstruction = 1,
  kSupervisorCall = 2,
  kPrefetchAbort = 3,
  kDataAbort = 4,
  kReservedVector = 5,
  kFastInterrupt = 7,
};

// The interrupted program's registers; the layout is that of vectors.S.
struct Fault {
  uint32_t r[13];  // r11 is the frame pointer
  uint32_t sp;     // of the interrupted mode, like lr
  uint32_t lr;
  uint32_t pc;    // of the instruction that faulted
  uint32_t cpsr;  // of the interrupted program
  FaultKind kind;
};
static_assert(sizeof(Fault) == 72);

}  // namespace pi::arm1176

// Supplied by each program (kernel/board/panic.cpp). Runs on the fault stack, interrupts off.
extern "C" [[noreturn]] void fault_taken(const pi::arm1176::Fault& fault);
