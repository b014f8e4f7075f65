// Exceptions: the vectors (vectors.S) collect the registers and call the program's fault_taken().
#pragma once

#include <cstdint>

#include "libpi/core/fault.h"

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

}  // namespace pi::arm1176

// The layout is that of vectors.S.
struct pi::core::Fault {
  uint32_t r[13];  // r11 is the frame pointer
  uint32_t sp;     // of the interrupted mode, like lr
  uint32_t lr;
  uint32_t pc;    // of the instruction that faulted
  uint32_t cpsr;  // of the interrupted program
  arm1176::FaultKind kind;
};
static_assert(sizeof(pi::core::Fault) == 72);
