#include "tests/pi0-cycles/instruction_class.h"

#include <array>

namespace pi0 {
namespace {

constexpr uint32_t kUnconditional = 0xf;
constexpr uint32_t kPc = 15;

constexpr uint32_t bits(uint32_t instruction, int high, int low) {
  return (instruction >> low) & ((2u << (high - low)) - 1);
}
constexpr bool bit(uint32_t instruction, int number) { return bits(instruction, number, number); }

constexpr InstructionClass load_or_store(uint32_t instruction) {
  return bit(instruction, 20) ? InstructionClass::kLoad : InstructionClass::kStore;
}

// Bits 27:25 are 000, bits 7 and 4 are set: multiplies, and loads and stores of other sizes.
InstructionClass classify_multiply_or_extra(uint32_t instruction) {
  const uint32_t kind = bits(instruction, 6, 5);
  if (kind == 0) {
    if (!bit(instruction, 24)) return InstructionClass::kMultiply;
    // SWP has bit 20 clear, and loads nevertheless.
    return bit(instruction, 23) ? load_or_store(instruction) : InstructionClass::kLoad;
  }
  const bool is_ldrd = kind == 2 && !bit(instruction, 20);
  return is_ldrd ? InstructionClass::kLoad : load_or_store(instruction);
}

// Bits 27:25 are 000, and bits 24:20 those of a comparison that sets no flags (10xx0).
InstructionClass classify_miscellaneous(uint32_t instruction) {
  if (bit(instruction, 7)) return InstructionClass::kMultiply;  // SMLABB and its kin
  switch (bits(instruction, 6, 4)) {
    case 1:
      return bit(instruction, 22) ? InstructionClass::kAlu : InstructionClass::kBranch;  // CLZ, BX
    case 2:
    case 3:
      return InstructionClass::kBranch;  // BXJ, BLX
    case 5:
      return InstructionClass::kAlu;  // QADD
    default:
      return InstructionClass::kOther;  // MRS, MSR, BKPT
  }
}

InstructionClass classify_data_processing(uint32_t instruction) {
  const bool is_comparison = bits(instruction, 24, 23) == 2;
  if (is_comparison && !bit(instruction, 20)) {
    return bit(instruction, 25) ? InstructionClass::kOther : classify_miscellaneous(instruction);
  }
  const bool sets_pc = !is_comparison && bits(instruction, 15, 12) == kPc;
  return sets_pc ? InstructionClass::kBranch : InstructionClass::kAlu;
}

InstructionClass classify_coprocessor(uint32_t instruction) {
  const bool is_vfp = bits(instruction, 11, 9) == 5;  // coprocessors 10 and 11
  if (!is_vfp) return InstructionClass::kCp15;
  if (bits(instruction, 27, 25) == 6) {
    if (bits(instruction, 24, 21) == 2) return InstructionClass::kVfpMove;  // two core registers
    return bit(instruction, 20) ? InstructionClass::kVfpLoad : InstructionClass::kVfpStore;
  }
  return bit(instruction, 4) ? InstructionClass::kVfpMove : InstructionClass::kVfpArithmetic;
}

}  // namespace

std::string_view name_of(InstructionClass instruction_class) {
  constexpr std::array<std::string_view, kInstructionClassCount> kNames = {
      "alu",      "multiply",      "media_multiply", "media",  "load",
      "store",    "load_multiple", "store_multiple", "branch", "vfp_arithmetic",
      "vfp_move", "vfp_load",      "vfp_store",      "cp15",   "other"};
  return kNames[static_cast<size_t>(instruction_class)];
}

InstructionClass classify(uint32_t instruction) {
  const uint32_t kind = bits(instruction, 27, 25);
  if (bits(instruction, 31, 28) == kUnconditional) {
    return kind == 5 ? InstructionClass::kBranch : InstructionClass::kOther;  // BLX with an offset
  }
  switch (kind) {
    case 0:
      if (bit(instruction, 7) && bit(instruction, 4)) {
        return classify_multiply_or_extra(instruction);
      }
      return classify_data_processing(instruction);
    case 1:
      return classify_data_processing(instruction);
    case 2:
      return load_or_store(instruction);
    case 3:
      if (!bit(instruction, 4)) return load_or_store(instruction);
      return bits(instruction, 24, 23) == 2 ? InstructionClass::kMediaMultiply
                                            : InstructionClass::kMedia;
    case 4:
      return bit(instruction, 20) ? InstructionClass::kLoadMultiple
                                  : InstructionClass::kStoreMultiple;
    case 5:
      return InstructionClass::kBranch;
    case 6:
      return classify_coprocessor(instruction);
    default:
      return bit(instruction, 24) ? InstructionClass::kOther : classify_coprocessor(instruction);
  }
}

}  // namespace pi0
