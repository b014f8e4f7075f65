// Follows the registers that hold addresses, as far as accesses tell their values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "tests/pi0-cycles/instruction.h"

namespace pi0 {

class AddressTracker {
 public:
  // Of a PLD, before it is followed.
  std::optional<uint32_t> preload_address(const Instruction& preload) const {
    const AddressRule& rule = preload.addresses;
    if (rule.kind != AddressRule::Kind::kPreload || !knows(rule.source)) return {};
    return values_[rule.source] + static_cast<uint32_t>(rule.offset);
  }

  // What MCR moves to one of the data cache's registers.
  std::optional<uint32_t> moved(const Instruction& move) const {
    const AddressRule& rule = move.addresses;
    if (rule.kind != AddressRule::Kind::kMoved || !knows(rule.source)) return {};
    return values_[rule.source];
  }

  // `first_access`: of a load or store that was done; 0 if it was not, or if there is none.
  void follow(const Instruction& instruction, bool has_access, uint32_t first_access) {
    const AddressRule& rule = instruction.addresses;
    const auto offset = static_cast<uint32_t>(rule.offset);
    const bool knew_source = knows(rule.source);
    const uint32_t source = values_[rule.source];
    known_ &= ~(instruction.results | instruction.other_results | instruction.updated_base);
    switch (rule.kind) {
      case AddressRule::Kind::kNone:
      case AddressRule::Kind::kPreload:
      case AddressRule::Kind::kMoved:
        return;
      case AddressRule::Kind::kConstant:
        return set(rule.target, offset);
      case AddressRule::Kind::kSum:
        if (knew_source) set(rule.target, source + offset);
        return;
      case AddressRule::Kind::kMasked:
        if (knew_source) set(rule.target, source & offset);
        return;
      case AddressRule::Kind::kAccess:
        if (has_access && (instruction.results & register_bit(rule.source)) == 0) {
          set(rule.source, first_access - offset + static_cast<uint32_t>(rule.update));
        } else if (!has_access && knew_source) {
          known_ |= register_bit(rule.source);  // its condition was not met
        }
        return;
    }
  }

  // After an exception: other registers, or other values.
  void forget() { known_ = 0; }

 private:
  bool knows(uint8_t number) const { return (known_ & register_bit(number)) != 0; }
  void set(uint8_t number, uint32_t value) {
    values_[number] = value;
    known_ |= register_bit(number);
  }

  std::array<uint32_t, 16> values_{};
  Registers known_ = 0;
};

}  // namespace pi0
