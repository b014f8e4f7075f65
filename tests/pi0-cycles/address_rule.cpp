#include <bit>

#include "tests/pi0-cycles/decode_parts.h"

namespace pi0 {
namespace {

using Kind = AddressRule::Kind;

uint8_t number_at(uint32_t code, int low) { return static_cast<uint8_t>(bits(code, low + 3, low)); }

AddressRule access(uint32_t code, int32_t offset, int32_t update) {
  return {.kind = Kind::kAccess, .source = number_at(code, 16), .offset = offset, .update = update};
}

// An immediate offset that bits 24, 23 and 21 (P, U, W) say how to use.
AddressRule indexed(uint32_t code, uint32_t magnitude) {
  const auto immediate = static_cast<int32_t>(magnitude);
  const int32_t offset = bit(code, 23) ? immediate : -immediate;
  if (!bit(code, 24)) return access(code, 0, offset);
  return access(code, offset, bit(code, 21) ? offset : 0);
}

// LDM, VLDM and the like, over `bytes` bytes.
AddressRule multiple(uint32_t code, uint32_t byte_count) {
  const auto bytes = static_cast<int32_t>(byte_count);
  const bool up = bit(code, 23), before = bit(code, 24);
  const int32_t update = !bit(code, 21) ? 0 : up ? bytes : -bytes;
  if (up) return access(code, before ? 4 : 0, update);
  return access(code, before ? -bytes : 4 - bytes, update);
}

AddressRule of_data_processing(uint32_t code) {
  constexpr uint32_t kAnd = 0, kSub = 2, kAdd = 4, kMov = 13, kMvn = 15;
  const uint32_t operation = bits(code, 24, 21);
  const uint8_t target = number_at(code, 12);
  const auto immediate =
      static_cast<int32_t>(std::rotr(bits(code, 7, 0), static_cast<int>(2 * bits(code, 11, 8))));
  if (bit(code, 25)) {
    if (operation == kMov) return {.kind = Kind::kConstant, .target = target, .offset = immediate};
    if (operation == kMvn) return {.kind = Kind::kConstant, .target = target, .offset = ~immediate};
    if (operation == kAnd) {
      return {.kind = Kind::kMasked,
              .source = number_at(code, 16),
              .target = target,
              .offset = immediate};
    }
    if (operation != kAdd && operation != kSub) return {};
    return {.kind = Kind::kSum,
            .source = number_at(code, 16),
            .target = target,
            .offset = operation == kAdd ? immediate : -immediate};
  }
  const bool is_copy = operation == kMov && bits(code, 11, 4) == 0;
  if (!is_copy) return {};
  return {.kind = Kind::kSum, .source = number_at(code, 0), .target = target};
}

AddressRule of_access(uint32_t code) {
  switch (bits(code, 27, 25)) {
    case 0: {
      if (bits(code, 6, 5) == 0) return access(code, 0, 0);  // LDREX, SWP
      if (!bit(code, 22)) return {};                         // a register offset
      return indexed(code, bits(code, 11, 8) << 4 | bits(code, 3, 0));
    }
    case 2:
      return indexed(code, bits(code, 11, 0));
    case 4:
      return multiple(code, 4 * static_cast<uint32_t>(std::popcount(bits(code, 15, 0))));
    case 6:
      if (bit(code, 24) && !bit(code, 21)) return indexed(code, 4 * bits(code, 7, 0));
      // VLDM: down always means before.
      return multiple(bit(code, 23) ? code & ~(1u << 24) : code, 4 * bits(code, 7, 0));
    default:
      return {};
  }
}

}  // namespace

AddressRule address_rule(uint32_t code, const Instruction& decoded) {
  AddressRule rule;
  if (decoded.memory == Memory::kPreload) {
    if (bit(code, 25)) return {};
    rule = indexed(code | 1u << 24, bits(code, 11, 0));
    rule.kind = Kind::kPreload;
  } else if (decoded.memory != Memory::kNone) {
    rule = of_access(code);
  } else if (bits(code, 27, 26) == 0 && decoded.instruction_class == InstructionClass::kAlu &&
             !decoded.is_conditional) {
    rule = of_data_processing(code);
  }
  if ((decoded.sets_lockdown || decoded.empties_line) && !decoded.is_conditional) {
    rule = {.kind = Kind::kMoved, .source = number_at(code, 12)};
  }
  if (rule.source == kPc || rule.target == kPc) return {};
  return rule;
}

}  // namespace pi0
