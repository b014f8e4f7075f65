#include "libpi/arm1176/fault_status.h"

namespace pi::arm1176 {
namespace {

// The status is bit 10 and bits 3 to 0.
constexpr uint32_t code_of(uint32_t status) { return (status >> 10 & 1) << 4 | (status & 0xf); }

constexpr uint32_t kInstructionCacheMaintenance = 0b00100;
constexpr uint32_t kImpreciseExternalAbort = 0b10110;

}  // namespace

std::string_view describe_fault_status(uint32_t status) {
  switch (code_of(status)) {
    case 0b00001:
      return "alignment fault";
    case 0b00010:
      return "debug event";
    case 0b00011:
      return "access flag fault of a section";
    case kInstructionCacheMaintenance:
      return "instruction cache maintenance fault";
    case 0b00101:
      return "translation fault, no section is mapped";
    case 0b00110:
      return "access flag fault of a page";
    case 0b00111:
      return "translation fault, no page is mapped";
    case 0b01000:
      return "external abort, no device or memory answers";
    case 0b01001:
      return "domain fault of a section";
    case 0b01011:
      return "domain fault of a page";
    case 0b01100:
      return "external abort of a first-level table walk";
    case 0b01101:
      return "permission fault of a section";
    case 0b01110:
      return "external abort of a second-level table walk";
    case 0b01111:
      return "permission fault of a page";
    case kImpreciseExternalAbort:
      return "imprecise external abort, of an earlier access";
    default:
      return "unknown fault status";
  }
}

bool fault_address_is_valid(uint32_t dfsr) { return code_of(dfsr) != kImpreciseExternalAbort; }

std::string_view mode_name(uint32_t cpsr) {
  switch (cpsr & 0x1f) {
    case 0x10:
      return "User";
    case 0x11:
      return "FIQ";
    case 0x12:
      return "IRQ";
    case 0x13:
      return "SVC";
    case 0x16:
      return "Monitor";
    case 0x17:
      return "Abort";
    case 0x1b:
      return "Undefined";
    case 0x1f:
      return "System";
    default:
      return "invalid";
  }
}

}  // namespace pi::arm1176
