// The parts of decode(), one per group of encodings; each fills in an Instruction that is fresh but
// for its address and class.
#pragma once

#include "tests/pi0-cycles/instruction.h"

namespace pi0 {

constexpr uint32_t bits(uint32_t code, int high, int low) {
  return (code >> low) & ((2u << (high - low)) - 1);
}
constexpr bool bit(uint32_t code, int number) { return bits(code, number, number) != 0; }

// The core register whose number is in the four bits from `low` on. The PC is none: it is never
// waited for.
constexpr Registers register_at(uint32_t code, int low) {
  const uint32_t number = bits(code, low + 3, low);
  return number == kPc ? 0 : register_bit(number);
}

// The flags become a result beside the others.
void set_flags(Instruction& out);

// Of everything, once the rest is known.
AddressRule address_rule(uint32_t code, const Instruction& decoded);

void decode_multiply(uint32_t code, Instruction& out);             // MUL, UMLAL, UMAAL...
void decode_half_multiply(uint32_t code, Instruction& out);        // SMLAxy, SMULWy, SMLALxy...
void decode_media_multiply(uint32_t code, Instruction& out);       // SMLAD, SMLALD, SMMLA...
void decode_load_store(uint32_t code, Instruction& out);           // LDR, STR, LDRB, STRB
void decode_extra_load_store(uint32_t code, Instruction& out);     // LDRH, LDRSB, LDRD...
void decode_load_store_multiple(uint32_t code, Instruction& out);  // LDM, STM
void decode_exclusive(uint32_t code, Instruction& out);            // SWP, LDREX, STREX
void decode_preload(uint32_t code, Instruction& out);              // PLD
void decode_vfp_memory(uint32_t code, Instruction& out);           // VLDR, VSTM, FMDRR...
void decode_vfp_transfer(uint32_t code, Instruction& out);         // FMSR, FMRS, FMXR, FMSTAT...
void decode_vfp_arithmetic(uint32_t code, Instruction& out);

}  // namespace pi0
