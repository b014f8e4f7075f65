// What the firmware handed over; the layout is that of start.S.
#pragma once

#include <cstdint>

namespace pi::arm1176 {

struct BootArguments {
  uint32_t r0;
  uint32_t machine_type;  // 0xc42 from Raspberry Pi firmware
  uint32_t tags_address;  // of the ATAGs; 0 when it did not say
};

}  // namespace pi::arm1176

// Supplied by each program; runs in SVC mode, interrupts off.
extern "C" [[noreturn]] void kernel_main(const pi::arm1176::BootArguments& arguments);
