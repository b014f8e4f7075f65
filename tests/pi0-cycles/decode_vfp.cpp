#include "tests/pi0-cycles/decode_parts.h"
#include "tests/pi0-cycles/timings.h"

namespace pi0 {
namespace {

bool is_double(uint32_t code) { return bit(code, 8); }

// A VFP register: four bits from `low` on, and one more, which is the lowest of a single.
Registers vfp_register(uint32_t code, int low, int extra, bool as_double) {
  const uint32_t number = bits(code, low + 3, low);
  if (as_double) return Registers{3} << (kS0 + 2 * number);
  return register_bit(kS0 + 2 * number + bits(code, extra, extra));
}
Registers fd(uint32_t code, bool as_double) { return vfp_register(code, 12, 22, as_double); }
Registers fn(uint32_t code, bool as_double) { return vfp_register(code, 16, 7, as_double); }
Registers fm(uint32_t code, bool as_double) { return vfp_register(code, 0, 5, as_double); }

void run(Pipe pipe, uint8_t cycles, uint8_t latency, Instruction& out) {
  out.pipe = pipe;
  out.pipe_cycles = cycles;
  out.latency = latency;
  out.cause = Cause::kVfp;
}

void run_multiply(uint32_t code, Instruction& out) {
  if (is_double(code)) {
    run(Pipe::kVfpMultiply, kVfpDoubleMultiplyCycles, kVfpDoubleMultiplyLatency, out);
  } else {
    run(Pipe::kVfpMultiply, 1, kVfpLatency, out);
  }
}

void run_divide(uint32_t code, Instruction& out) {
  if (is_double(code)) {
    run(Pipe::kVfpDivide, kVfpDoubleDivideCycles, kVfpDoubleDivideLatency, out);
  } else {
    run(Pipe::kVfpDivide, kVfpDivideCycles, kVfpDivideLatency, out);
  }
}

constexpr uint32_t kMac = 0, kMsc = 1, kMul = 2, kAdd = 3, kDiv = 8, kExtension = 11;

void set_vector_form(uint32_t code, uint32_t operation, Instruction& out) {
  constexpr uint32_t kLastUnary = 1;  // copies, absolute values, negations, roots
  VectorForm& vector = out.vector;
  const bool is_extension = operation == kExtension;
  vector.exists = is_extension ? bits(code, 19, 16) <= kLastUnary : operation <= kDiv;
  vector.has_first = !is_extension;
  vector.reads_target = operation == kMac || operation == kMsc;
  vector.target = static_cast<uint8_t>(2 * bits(code, 15, 12) + bits(code, 22, 22));
  vector.first = static_cast<uint8_t>(2 * bits(code, 19, 16) + bits(code, 7, 7));
  vector.second = static_cast<uint8_t>(2 * bits(code, 3, 0) + bits(code, 5, 5));
}

// One operand: copies, comparisons, conversions, roots. The operation is in bits 19:16 and 7.
void decode_extension(uint32_t code, Instruction& out) {
  const bool as_double = is_double(code), variant = bit(code, 7);
  constexpr uint32_t kMoves = 0, kNegateOrRoot = 1, kCompare = 4, kCompareZero = 5, kConvert = 7;
  constexpr uint32_t kFromInteger = 8, kToUnsigned = 12, kToSigned = 13;
  const uint32_t operation = bits(code, 19, 16);
  out.normal |= fm(code, as_double);
  run(Pipe::kVfpMultiply, 1, kVfpCopyLatency, out);
  switch (operation) {
    case kNegateOrRoot:
      if (variant) run_divide(code, out);
      [[fallthrough]];
    case kMoves:
      out.results |= fd(code, as_double);
      return;
    case kCompare:
      out.normal |= fd(code, as_double);
      out.results |= register_bit(kVfpFlags);
      return;
    case kCompareZero:
      out.normal = fd(code, as_double);
      out.results |= register_bit(kVfpFlags);
      return;
    case kConvert:
      out.results |= fd(code, !as_double);
      break;
    case kFromInteger:
      out.normal = fm(code, false);
      out.results |= fd(code, as_double);
      break;
    case kToUnsigned:
    case kToSigned:
      out.results |= fd(code, false);
      break;
    default:
      return;
  }
  out.latency = kVfpLatency;
}

// Between registers of the core and of VFP. What a core register receives is not forwarded: early.
void decode_moved_registers(Registers core, Registers vfp, bool to_core, Instruction& out) {
  if (to_core) {
    out.early |= vfp;
    out.results |= core;
    out.latency = kVfpToCoreLatency;
  } else {
    out.normal |= core;
    out.results |= vfp;
    out.latency = kVfpFromCoreLatency;
  }
}

}  // namespace

void decode_vfp_arithmetic(uint32_t code, Instruction& out) {
  const bool as_double = is_double(code);
  const uint32_t operation = bits(code, 23, 20) & ~4u;  // without the highest bit of Fd
  if (!as_double) set_vector_form(code, operation, out);
  if (operation == kExtension) return decode_extension(code, out);
  out.normal |= fn(code, as_double) | fm(code, as_double);
  out.results |= fd(code, as_double);
  switch (operation) {
    case kMac:
    case kMsc:
      out.normal |= fd(code, as_double);
      [[fallthrough]];
    case kMul:
      return run_multiply(code, out);
    case kAdd:
      return run(Pipe::kVfpMultiply, 1, kVfpLatency, out);
    case kDiv:
      return run_divide(code, out);
    default:
      return;
  }
}

// FMSR, FMRS, FMDLR..., FMXR, FMRX.
void decode_vfp_transfer(uint32_t code, Instruction& out) {
  const bool to_core = bit(code, 20), is_system = bits(code, 23, 21) == 7;
  const Registers core = register_at(code, 12);
  out.cause = Cause::kVfp;
  if (is_system) {
    out.barrier = Barrier::kVfp;
    if (!to_core) {
      out.normal |= core;
      out.sets_fpscr = bits(code, 19, 16) == 1;
    } else if (bits(code, 15, 12) == kPc) {  // FMSTAT
      out.early |= register_bit(kVfpFlags);
      out.results |= register_bit(kFlags);
      out.latency = kVfpToCoreLatency;
      out.sets_flags = true;
    } else {
      out.results |= core;
      out.latency = kVfpToCoreLatency;
    }
    return;
  }
  // Of a double, bit 21 says which half.
  const Registers single = is_double(code)
                               ? register_bit(kS0 + 2 * bits(code, 19, 16) + bits(code, 21, 21))
                               : fn(code, false);
  decode_moved_registers(core, single, to_core, out);
}

void decode_vfp_memory(uint32_t code, Instruction& out) {
  const bool loads = bit(code, 20), as_double = is_double(code);
  if (bits(code, 24, 21) == 2) {  // FMSRR, FMDRR and back
    const Registers core = register_at(code, 12) | register_at(code, 16);
    const Registers pair = as_double ? fm(code, true) : fm(code, false) | fm(code, false) << 1;
    out.cause = Cause::kVfp;
    return decode_moved_registers(core, pair, loads, out);
  }
  const bool is_single_transfer = bit(code, 24) && !bit(code, 21);
  uint32_t words = bits(code, 7, 0);
  if (is_single_transfer) words = as_double ? 2 : 1;
  if (as_double) words &= ~1u;  // FLDMX counts one more
  Registers list = 0;
  const uint32_t first = kS0 + 2 * bits(code, 15, 12) + (as_double ? 0 : bits(code, 22, 22));
  for (uint32_t i = first; i < first + words && i < kRegisterCount; ++i) list |= register_bit(i);
  out.is_multiple = true;
  out.base |= register_at(code, 16);
  if (!is_single_transfer && bit(code, 21)) out.updated_base |= register_at(code, 16);
  if (loads) {
    out.memory = Memory::kLoad;
    out.results |= list;
    out.latency = kVfpLoadLatency;
    out.cause = Cause::kLoad;
  } else {
    out.memory = Memory::kStore;
    out.early |= list;  // nothing is forwarded to stores (TRM 21.4)
  }
}

}  // namespace pi0
