#include <bit>

#include "tests/pi0-cycles/decode_parts.h"
#include "tests/pi0-cycles/timings.h"

namespace pi0 {
namespace {

constexpr uint32_t kUnconditional = 0xf, kAlways = 0xe;

bool is_vfp(uint32_t code) { return bits(code, 11, 9) == 5; }  // coprocessors 10 and 11

constexpr uint32_t kMov = 13, kMvn = 15, kAdc = 5, kRsc = 7;

bool is_comparison(uint32_t code) { return bits(code, 24, 23) == 2; }

void decode_shifter(uint32_t code, Instruction& out) {
  if (bit(code, 25)) return;  // an immediate
  const Registers rm = register_at(code, 0);
  if (bit(code, 4)) {
    out.early |= rm | register_at(code, 8);
    out.issue = kShiftByRegisterIssue;
    out.latency = kShiftByRegisterLatency;
  } else if (bits(code, 11, 4) != 0) {
    out.early |= rm;
    if (bits(code, 11, 7) == 0 && bits(code, 6, 5) == 3) out.normal |= register_bit(kFlags);  // RRX
  } else {
    out.normal |= rm;
  }
}

void decode_data_processing(uint32_t code, Instruction& out) {
  const uint32_t operation = bits(code, 24, 21);
  const bool sets_flags = bit(code, 20);
  decode_shifter(code, out);
  if (operation != kMov && operation != kMvn) out.normal |= register_at(code, 16);
  if (operation >= kAdc && operation <= kRsc) out.normal |= register_bit(kFlags);
  if (!is_comparison(code)) {
    if (bits(code, 15, 12) == kPc) {
      const bool is_return = operation == kMov && !bit(code, 25) && bits(code, 11, 0) == kLr;
      out.flow = is_return ? Flow::kReturn : Flow::kIndirect;
    } else {
      out.results |= register_at(code, 12);
    }
  }
  constexpr uint32_t kOrr = 12;
  if (operation == kOrr && bit(code, 25)) {
    const uint32_t constant = std::rotr(bits(code, 7, 0), static_cast<int>(2 * bits(code, 11, 8)));
    const uint32_t length = constant >> 16 & 7;  // FPSCR.LEN
    if (length != 0) out.vector_length = static_cast<uint8_t>(length + 1);
  }
  if (sets_flags) set_flags(out);
}

void decode_status_access(uint32_t code, Instruction& out) {
  if (bit(code, 21)) {  // MSR
    if (!bit(code, 25)) out.normal |= register_at(code, 0);
    const bool flags_only = !bit(code, 22) && bits(code, 18, 16) == 0;
    if (!flags_only) out.issue = kStatusWriteIssue;
    set_flags(out);
  } else {
    out.normal |= register_bit(kFlags);
    out.results |= register_at(code, 12);
    out.latency = kStatusReadLatency;
  }
}

// MRS, MSR, BX, BLX, CLZ, QADD, SMLAxy...: bits 24:23 are 10, and bit 20 is 0.
void decode_miscellaneous(uint32_t code, Instruction& out) {
  if (bit(code, 7)) return decode_half_multiply(code, out);
  switch (bits(code, 6, 4)) {
    case 0:
      return decode_status_access(code, out);
    case 1:
      if (bit(code, 22)) {  // CLZ
        out.early |= register_at(code, 0);
        out.results |= register_at(code, 12);
      } else {
        out.normal |= register_at(code, 0);
        out.flow = bits(code, 3, 0) == kLr ? Flow::kReturn : Flow::kIndirect;
      }
      return;
    case 2:  // BXJ
      out.normal |= register_at(code, 0);
      out.flow = Flow::kIndirect;
      return;
    case 3:
      out.normal |= register_at(code, 0);
      out.results |= register_bit(kLr);
      out.flow = Flow::kIndirectCall;
      return;
    case 5:  // QADD, QSUB; QDADD and QDSUB double Rn first
      out.normal |= register_at(code, 0);
      (bit(code, 22) ? out.early : out.normal) |= register_at(code, 16);
      out.results |= register_at(code, 12);
      out.latency = kSaturatingLatency;
      return;
    default:
      return;
  }
}

// SADD16, UQSUB8, SHASX...
void decode_parallel_add(uint32_t code, Instruction& out) {
  out.normal |= register_at(code, 16) | register_at(code, 0);
  out.results |= register_at(code, 12);
  const uint32_t kind = bits(code, 21, 20);  // 1: plain, 2: saturating, 3: halving
  if (kind != 1) out.latency = kSaturatingLatency;
}

// PKH, SXTAB, SSAT, REV, SEL...
void decode_pack(uint32_t code, Instruction& out) {
  out.results |= register_at(code, 12);
  const uint32_t operation = bits(code, 7, 5);
  const bool is_saturation = bit(code, 21) && (operation == 1 || !bit(code, 5));
  if (bits(code, 22, 20) == 0 && operation == 5) {  // SEL
    out.normal |= register_at(code, 16) | register_at(code, 0) | register_bit(kFlags);
    return;
  }
  out.early |= register_at(code, 0);
  if (is_saturation) {
    out.latency = kSaturatingLatency;
  } else if (operation == 3 || !bit(code, 5)) {  // extends, and PKHBT, PKHTB: Rn is added, or kept
    if (!(bit(code, 20) && operation == 1)) out.normal |= register_at(code, 16);
  }
}

void decode_media(uint32_t code, Instruction& out) {
  switch (bits(code, 24, 23)) {
    case 0:
      return decode_parallel_add(code, out);
    case 1:
      return decode_pack(code, out);
    case 2:
      return decode_media_multiply(code, out);
    default:  // USAD8, USADA8
      out.early |= register_at(code, 0) | register_at(code, 8);
      out.results |= register_at(code, 16);
      if (bits(code, 15, 12) != kPc) out.late |= register_at(code, 12);
      out.latency = kSumOfDifferencesLatency;
      out.cause = Cause::kMultiply;
  }
}

void decode_branch(uint32_t code, Instruction& out) {
  const bool links = bit(code, 24) || bits(code, 31, 28) == kUnconditional;
  out.flow = links ? Flow::kCall : Flow::kBranch;
  out.is_backward = bit(code, 23);
  if (links) out.results |= register_bit(kLr);
}

void decode_cp15(uint32_t code, Instruction& out) {
  if (bits(code, 27, 25) == 6) {  // MCRR: cache operations over a range
    out.normal |= register_at(code, 12) | register_at(code, 16);
    out.issue = kCacheOperationIssue;
    return;
  }
  if (bit(code, 20)) {  // MRC
    if (bits(code, 15, 12) != kPc) out.results |= register_at(code, 12);
    out.latency = kCoprocessorReadLatency;
    return;
  }
  out.normal |= register_at(code, 12);
  constexpr uint32_t kCaches = 7, kLockdown = 9;
  const uint32_t crn = bits(code, 19, 16), crm = bits(code, 3, 0), opcode2 = bits(code, 7, 5);
  if (crn == kLockdown && crm == 0 && opcode2 == 0) {  // TRM page 3-88
    out.sets_lockdown = true;
    out.issue = kCacheOperationIssue;
  }
  if (crn != kCaches) return;
  out.empties_line = crm == 14 && opcode2 == 2;  // TRM page 3-74
  if (crm == 10 && (opcode2 == 4 || opcode2 == 5)) {
    out.barrier = Barrier::kMemory;  // DSB, DMB
  } else if (crm == 5 && opcode2 == 4) {
    out.flow = Flow::kFlush;
  } else if (!(crm == 0 && opcode2 == 4)) {  // WFI
    out.issue = kCacheOperationIssue;
  }
}

void decode_unconditional(uint32_t code, Instruction& out) {
  constexpr uint32_t kPldMask = 0x0d70f000, kPld = 0x0550f000, kCpsMask = 0x0ff10020;
  if (bits(code, 27, 25) == 5) return decode_branch(code, out);
  if ((code & kPldMask) == kPld) return decode_preload(code, out);
  if ((code & kCpsMask) == 0x01000000) out.issue = kStatusWriteIssue;
}

void decode_conditional(uint32_t code, Instruction& out) {
  switch (bits(code, 27, 25)) {
    case 0:
      if (bit(code, 7) && bit(code, 4)) {
        if (bits(code, 6, 5) != 0) return decode_extra_load_store(code, out);
        return bit(code, 24) ? decode_exclusive(code, out) : decode_multiply(code, out);
      }
      if (is_comparison(code) && !bit(code, 20)) return decode_miscellaneous(code, out);
      return decode_data_processing(code, out);
    case 1:
      if (is_comparison(code) && !bit(code, 20)) return decode_status_access(code, out);
      return decode_data_processing(code, out);
    case 2:
      return decode_load_store(code, out);
    case 3:
      return bit(code, 4) ? decode_media(code, out) : decode_load_store(code, out);
    case 4:
      return decode_load_store_multiple(code, out);
    case 5:
      return decode_branch(code, out);
    case 6:
      return is_vfp(code) ? decode_vfp_memory(code, out) : decode_cp15(code, out);
    default:
      if (bit(code, 24)) {
        out.issue = kSupervisorCallIssue;
      } else if (is_vfp(code)) {
        bit(code, 4) ? decode_vfp_transfer(code, out) : decode_vfp_arithmetic(code, out);
      } else {
        decode_cp15(code, out);
      }
  }
}

}  // namespace

void set_flags(Instruction& out) {
  out.sets_flags = true;
  if (out.latency == 1) {
    out.results |= register_bit(kFlags);
  } else {
    out.other_results |= register_bit(kFlags);
    out.other_latency = out.latency;
  }
}

Instruction decode(uint32_t address, uint32_t code) {
  Instruction out;
  out.address = address;
  out.instruction_class = classify(code);
  const uint32_t condition = bits(code, 31, 28);
  if (condition == kUnconditional) {
    decode_unconditional(code, out);
  } else {
    decode_conditional(code, out);
    if (condition != kAlways) {
      out.is_conditional = true;
      out.normal |= register_bit(kFlags);
    }
  }
  out.addresses = address_rule(code, out);
  return out;
}

}  // namespace pi0
