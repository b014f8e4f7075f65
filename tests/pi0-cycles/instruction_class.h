// ARM instructions by what they keep busy: the sorts that a counting of cycles tells apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pi0 {

enum class InstructionClass : uint8_t {
  kAlu,            // data processing, with and without shifts; CLZ; saturating QADD and its kin
  kMultiply,       // MUL, MLA, UMULL, SMLABB...
  kMediaMultiply,  // SMLAD, SMUAD, SMMUL, SMLALD...
  kMedia,          // the rest of the media instructions: SXTB16, UADD8, SEL, REV, PKH...
  kLoad,           // of one register or two, LDREX and SWP among them
  kStore,
  kLoadMultiple,
  kStoreMultiple,
  kBranch,         // B, BL, BX, BLX, and data processing into the PC
  kVfpArithmetic,  // conversions, comparisons and copies among them
  kVfpMove,        // between VFP and core registers, VMRS, VMSR
  kVfpLoad,        // VLDR, VLDM
  kVfpStore,
  kCp15,   // caches, barriers, WFI
  kOther,  // PLD, MRS, CPS, SVC...
};
constexpr size_t kInstructionClassCount = 15;

// "alu", "media_multiply"...: the keys of the JSON.
std::string_view name_of(InstructionClass instruction_class);

// Of an ARM (not Thumb) instruction, whatever its condition; of one that an ARM1176 does not know,
// some class. Source: ARM Architecture Reference Manual (DDI 0100I), chapter A3, figure A3-1.
InstructionClass classify(uint32_t instruction);

}  // namespace pi0
