// What the timing of an instruction depends on, decoded once.
#pragma once

#include <cstdint>

#include "tests/pi0-cycles/instruction_class.h"

namespace pi0 {

// A set of registers: bit 0 to 15 the core's, 16 the flags, 17 the flags of VFP comparisons, 32 to
// 63 VFP's s0 to s31 (d0 is s0 and s1).
using Registers = uint64_t;
constexpr uint32_t kRegisterCount = 64;
constexpr uint32_t kSp = 13, kLr = 14, kPc = 15, kFlags = 16, kVfpFlags = 17, kS0 = 32;
constexpr Registers register_bit(uint32_t number) { return Registers{1} << number; }
constexpr Registers kVfpRegisters = ~Registers{0} << kS0;

// What one waits for, or spends cycles on.
enum class Cause : uint8_t {
  kIssue,            // the cycles that the instructions themselves take
  kAlu,              // results of data processing that are needed early
  kMultiply,         // results of multiplications
  kLoad,             // results of loads that hit the cache
  kMiss,             // results of loads that did not
  kVfp,              // results of VFP
  kVfpBusy,          // VFP's pipes
  kLoadStoreBusy,    // the unit of loads and stores: earlier ones still move words
  kLineFill,         // a free line-fill buffer, or the lines of an LDM
  kWriteBuffer,      // room in the write buffer
  kDevice,           // peripherals
  kInstructionMiss,  // the instruction cache
  kBranch,           // wrong, late or no prediction; exceptions
  kBarrier,          // DSB, DMB, and VFP's own synchronization
};
constexpr uint32_t kCauseCount = 14;

enum class Flow : uint8_t {
  kNext,
  kBranch,    // to a constant address
  kCall,      // BL, BLX to a constant address
  kReturn,    // BX lr, MOV pc, lr
  kPop,       // LDR pc or LDM with pc, from the stack
  kIndirect,  // any other write to the PC by the core
  kLoadToPc,  // any other load to the PC
  kIndirectCall,
  kFlush,  // CP15's prefetch flush
};

enum class Memory : uint8_t { kNone, kLoad, kStore, kPreload, kSwap };
enum class Pipe : uint8_t { kCore, kVfpMultiply, kVfpDivide };
enum class Barrier : uint8_t { kNone, kMemory, kVfp };

// How the values of registers that hold addresses follow from each other, as far as it can be told
// without reading registers: QEMU 7.2 lets no plugin do that, and says nothing of a PLD's address.
struct AddressRule {
  enum class Kind : uint8_t {
    kNone,
    kAccess,    // the first access is at source + offset; afterwards source has grown by `update`
    kPreload,   // so is a PLD's
    kSum,       // target = source + offset
    kConstant,  // target = offset
    kMasked,    // target = source & offset
    kMoved,     // source goes to a register of the cache's (see below)
  };
  Kind kind = Kind::kNone;
  uint8_t source = 0, target = 0;
  int32_t offset = 0, update = 0;
};

// The single registers of a VFP operation that becomes a vector's when FPSCR.LEN says so (ARM
// Architecture Reference Manual, C5.5; ARM1176JZF-S TRM 20.2).
struct VectorForm {
  bool exists = false;  // comparisons and conversions have none
  bool reads_target = false;
  bool has_first = false;
  uint8_t target = 0, first = 0, second = 0;  // Fd, Fn, Fm
};

struct Instruction {
  uint32_t address = 0;
  InstructionClass instruction_class = InstructionClass::kOther;

  // Operands, by when they are needed.
  Registers normal = 0;
  Registers early = 0;
  Registers late = 0;
  Registers base = 0;  // of an address: early, but updated bases of loads and stores are forwarded

  // Results. Of a load of several words, `words` says the order, and each two take a cycle more.
  Registers results = 0;
  uint8_t latency = 1;
  Registers other_results = 0;  // RdHi, or an S suffix beside a slower result
  uint8_t other_latency = 1;
  Registers updated_base = 0;
  Cause cause = Cause::kAlu;  // for those who wait for `results`

  uint8_t issue = 1;
  uint8_t memory_extra = 0;  // memory cycles on top of those for the words
  Memory memory = Memory::kNone;
  bool is_multiple = false;  // LDM, STM, LDRD, VLDM...: words in the order of `results` or `late`
  bool is_unaligned_word = false;  // may be unaligned: LDR, LDRH and their stores
  Pipe pipe = Pipe::kCore;
  uint8_t pipe_cycles = 1;
  Barrier barrier = Barrier::kNone;

  VectorForm vector;
  // ORR of a constant with a vector length for FPSCR, in the manner of its bits 16 to 18; 0: none.
  // The register is in `results`.
  uint8_t vector_length = 0;
  bool sets_fpscr = false;  // from the register in `normal`
  // MCR of the data cache's lockdown register (c9), from a register whose value must be known.
  bool sets_lockdown = false;
  // MCR that cleans and invalidates a line of the data cache by set and way (c7), likewise.
  bool empties_line = false;

  Flow flow = Flow::kNext;
  bool is_conditional = false;
  bool is_backward = false;  // of a branch
  bool sets_flags = false;

  AddressRule addresses;

  uint32_t function = 0;  // for the profile
};

// `code` is an ARM (not Thumb) instruction; what an ARM1176 does not know becomes a plain
// instruction of one cycle. Source: ARM Architecture Reference Manual (DDI 0100I), chapters A3, C4.
Instruction decode(uint32_t address, uint32_t code);

}  // namespace pi0
