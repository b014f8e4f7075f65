// What the firmware handed over.
#pragma once

#include <cstdint>

namespace pi::arm1176 {

// Where the firmware leaves its tags (kernel/board/boot_tags.h), and so does whoever does its work.
// Linux, Documentation/arch/arm/booting.rst, step 4b: in the first 16 KiB of RAM, 0x100 by custom.
inline constexpr uint32_t kTagsAddress = 0x100;

// The layout is that of start.S.
struct BootArguments {
  uint32_t r0;
  uint32_t machine_type;  // 0xc42 from Raspberry Pi firmware
  uint32_t tags_address;  // of the ATAGs; 0 when it did not say
};

}  // namespace pi::arm1176

// Supplied by each program; runs in SVC mode, interrupts off.
extern "C" [[noreturn]] void kernel_main(const pi::arm1176::BootArguments& arguments);
