#include "tests/pi0-cycles/decode_parts.h"
#include "tests/pi0-cycles/timings.h"

namespace pi0 {
namespace {

// RdLo in bits 15:12, RdHi in 19:16.
void decode_long_results(uint32_t code, uint8_t low, uint8_t high, Instruction& out) {
  out.results |= register_at(code, 12);
  out.latency = low;
  out.other_results |= register_at(code, 16);
  out.other_latency = high;
}

// Both operands' halves multiplied, and added to 64 bits.
void decode_long_half_multiply(uint32_t code, Instruction& out) {
  out.issue = kMultiplyIssue;
  decode_long_results(code, kLongHalfMultiplyLowLatency, kLongHalfMultiplyHighLatency, out);
  out.late |= register_at(code, 12);
  out.normal |= register_at(code, 16);
}

}  // namespace

void decode_multiply(uint32_t code, Instruction& out) {
  const bool accumulates = bit(code, 21), sets = bit(code, 20), is_long = bit(code, 23);
  const bool is_umaal = bits(code, 23, 21) == 2;
  out.early |= register_at(code, 0) | register_at(code, 8);
  out.cause = Cause::kMultiply;
  if (is_long || is_umaal) {
    out.issue = sets ? kFlagsLongMultiplyIssue : kLongMultiplyIssue;
    decode_long_results(code, kLongMultiplyLowLatency, kLongMultiplyHighLatency, out);
    if (accumulates || is_umaal) {
      out.late |= register_at(code, 12);
      out.normal |= register_at(code, 16);
    }
  } else {
    out.issue = sets ? kFlagsMultiplyIssue : kMultiplyIssue;
    out.latency = sets ? kFlagsMultiplyIssue : kMultiplyLatency;
    out.results |= register_at(code, 16);
    if (accumulates) out.late |= register_at(code, 12);
  }
  if (sets) out.sets_flags = true;  // ready when the many issue cycles are over
}

void decode_half_multiply(uint32_t code, Instruction& out) {
  out.early |= register_at(code, 0) | register_at(code, 8);
  out.cause = Cause::kMultiply;
  out.latency = kHalfMultiplyLatency;
  const uint32_t operation = bits(code, 22, 21);
  if (operation == 2) return decode_long_half_multiply(code, out);  // SMLALxy
  out.results |= register_at(code, 16);
  const bool accumulates = operation == 0 || (operation == 1 && !bit(code, 5));
  if (accumulates) out.late |= register_at(code, 12);
}

void decode_media_multiply(uint32_t code, Instruction& out) {
  out.early |= register_at(code, 0) | register_at(code, 8);
  out.cause = Cause::kMultiply;
  const bool is_long = bits(code, 22, 20) == 4, is_most_significant = bits(code, 22, 20) == 5;
  if (is_long) return decode_long_half_multiply(code, out);  // SMLALD, SMLSLD
  out.results |= register_at(code, 16);
  if (is_most_significant) out.issue = kMultiplyIssue;
  out.latency = is_most_significant ? kMultiplyLatency : kHalfMultiplyLatency;
  if (bits(code, 15, 12) != kPc) out.late |= register_at(code, 12);
}

}  // namespace pi0
