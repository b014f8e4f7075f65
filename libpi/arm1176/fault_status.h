// Fault status registers and processor modes in words, for the panic's text.
#pragma once

#include <cstdint>
#include <string_view>

namespace pi::arm1176 {

// Of DFSR or IFSR (ARM1176 TRM 3.2.17, Table 3-62): "translation fault, no section is mapped".
std::string_view describe_fault_status(uint32_t status);

// DFSR bit 11.
constexpr bool fault_was_write(uint32_t dfsr) { return (dfsr >> 11 & 1) != 0; }

// DFAR holds no address for imprecise aborts, which come later than their cause.
bool fault_address_is_valid(uint32_t dfsr);

// "SVC" for the mode bits of a CPSR (TRM 2.11.7).
std::string_view mode_name(uint32_t cpsr);

}  // namespace pi::arm1176
