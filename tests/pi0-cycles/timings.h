// What each kind of instruction costs an ARM1176JZF-S, in cycles of the core. Sources: "TRM" is the
// ARM1176JZF-S Technical Reference Manual (DDI 0301H), chapters 16 (integer) and 21 (VFP11); [K]
// marks what no manual says, where the slower of the likely values is taken.
//
// "Latency" is TRM's result latency: 1 means that the next instruction can use the result without
// a stall. An operand that is needed early adds a cycle, one that is needed late takes one off
// (TRM table 16-1).
#pragma once

#include <cstdint>

namespace pi0 {

// Integer (TRM 16.3 to 16.7).
constexpr uint8_t kAluLatency = 1;              // table 16-4
constexpr uint8_t kShiftByRegisterIssue = 2;    // table 16-4
constexpr uint8_t kShiftByRegisterLatency = 2;  // table 16-4
constexpr uint8_t kSaturatingLatency = 2;       // table 16-6, 16-7: QADD, SSAT, SHADD16...
constexpr uint8_t kMultiplyIssue = 2;           // table 16-10: MUL, MLA, SMMUL, SMLALxy, SMLALD
constexpr uint8_t kMultiplyLatency = 4;
constexpr uint8_t kFlagsMultiplyIssue = 5;      // MULS, MLAS
constexpr uint8_t kLongMultiplyIssue = 3;       // SMULL, UMLAL, UMAAL
constexpr uint8_t kFlagsLongMultiplyIssue = 6;  // SMULLS...
constexpr uint8_t kLongMultiplyLowLatency = 4;
constexpr uint8_t kLongMultiplyHighLatency = 5;
constexpr uint8_t kHalfMultiplyIssue = 1;  // SMULxy, SMLAWy, SMUAD, SMLAD
constexpr uint8_t kHalfMultiplyLatency = 3;
constexpr uint8_t kLongHalfMultiplyLowLatency = 3;  // SMLALxy, SMLALD
constexpr uint8_t kLongHalfMultiplyHighLatency = 4;
constexpr uint8_t kSumOfDifferencesLatency = 3;  // table 16-8: USAD8, USADA8
constexpr uint8_t kStatusReadLatency = 1;        // MRS
constexpr uint8_t kStatusWriteIssue = 4;         // MSR to more than the flags, CPS
constexpr uint8_t kSupervisorCallIssue = 8;      // SVC
constexpr uint8_t kCoprocessorReadLatency = 3;   // MRC of CP15 [K]
constexpr uint8_t kCacheOperationIssue = 3;      // MCR to CP15 c7 [K]

// Loads and stores (TRM 16.9 to 16.13).
constexpr uint8_t kLoadLatency = 3;         // table 16-14; LDRD and the first two words of an LDM
constexpr uint8_t kSignedLoadLatency = 4;   // LDRSB, LDRSH: GCC's arm1136jfs.md
constexpr uint8_t kSlowAddressExtra = 1;    // negative register offset, shift other than LSL #2
constexpr uint8_t kUnalignedExtra = 1;      // TRM 4.2: a second access when the word is crossed
constexpr uint8_t kUpdatedBaseLatency = 1;  // and 0 to the address of a load or store (16.11)
constexpr uint8_t kSwapIssue = 2;
constexpr uint8_t kSwapLatency = 4;

// Branches (TRM table 16-11, 16-15, 16-19).
constexpr uint8_t kPredictedBranch = 1;
constexpr uint8_t kFoldedBranch = 0;
constexpr uint8_t kStaticTakenBranch = 4;
constexpr uint8_t kMispredictedMax = 7;  // less the distance from what set the flags, but at least
constexpr uint8_t kMispredictedMin = 5;  // this
constexpr uint8_t kReturnPredicted = 4;
constexpr uint8_t kReturnMispredicted = 7;
constexpr uint8_t kReturnStackEmpty = 5;
constexpr uint8_t kIndirectBranch = 7;     // BX, BLX of a register, data processing into the PC
constexpr uint8_t kLoadToPcCycles = 9;     // LDR or LDM of the PC that is not a predicted return
constexpr uint8_t kLoadToPcPredicted = 4;  // POP {..., pc} with the right top of the return stack
constexpr uint8_t kExceptionEntry = 10;    // interrupts: the pipeline is emptied and filled [K]

// VFP11 (TRM table 21-16): cycles in its pipe, and result latency with forwarding (21.4). To a
// store or a core register nothing is forwarded, which costs a cycle more.
constexpr uint8_t kVfpLatency = 8;  // FADD, FSUB, FMULS, FMACS, conversions
constexpr uint8_t kVfpDoubleMultiplyCycles = 2;
constexpr uint8_t kVfpDoubleMultiplyLatency = 9;
constexpr uint8_t kVfpCopyLatency = 4;  // FCPY, FABS, FNEG, FCMP
constexpr uint8_t kVfpDivideCycles = 15;
constexpr uint8_t kVfpDivideLatency = 19;
constexpr uint8_t kVfpDoubleDivideCycles = 29;
constexpr uint8_t kVfpDoubleDivideLatency = 33;
constexpr uint8_t kVfpLoadLatency = 4;
constexpr uint8_t kVfpFromCoreLatency = 4;  // FMSR
constexpr uint8_t kVfpToCoreLatency = 2;    // FMRS, FMSTAT

// Peripherals, across two bridges: 50 to 100 ns per read [K]; writes are posted.
constexpr uint32_t kFirstDeviceAddress = 0x20000000;
constexpr uint32_t kDeviceReadCycles = 100;
constexpr uint32_t kDeviceWriteCycles = 50;

// Level 1 (TRM 7.2; 16 KiB is BCM2835's choice).
constexpr uint32_t kLineBytes = 32;
constexpr uint32_t kCacheWays = 4;
constexpr uint32_t kCacheBytes = 16384;
constexpr uint32_t kBytesPerCycle = 8;  // of a refill, and between cache and registers
// Write buffer (TRM 7.6 says what it does, not how much it holds [K]).
constexpr uint32_t kWriteBufferEntries = 4;
constexpr uint32_t kWriteBufferWords = 8;
constexpr uint32_t kLeastWriteBytes = 8;  // of a bus of 64 bits

// Branch prediction (TRM 5.2).
constexpr uint32_t kBranchTargets = 128;  // direct mapped by address bits 9:3
constexpr uint32_t kReturnStackDepth = 3;

}  // namespace pi0
