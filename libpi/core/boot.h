// How a program begins, and how it hands the board over to another one.
#pragma once

#include <cstdint>
#include <span>

namespace pi::core {

// Where the firmware of every Raspberry Pi loads and enters a 32-bit image (its documentation:
// config.txt, kernel_address), and so does a boot loader.
inline constexpr uint32_t kImageAddress = 0x8000;

// Where the firmware leaves its tags (kernel/board/boot_tags.h), and so does a boot loader.
// Linux, Documentation/arch/arm/booting.rst, step 4b: in the first 16 KiB of RAM, 0x100 by custom.
inline constexpr uint32_t kTagsAddress = 0x100;

// What the firmware handed over. The layout is that of start.S.
struct BootArguments {
  uint32_t r0;
  uint32_t machine_type;
  uint32_t tags_address;  // of the ATAGs; 0 when it did not say
};

// Enters the image at `address` with `tags` (kernel/board/boot_tags.h) copied to kTagsAddress and
// `machine_type` as the firmware would report it. Everything that could still write to memory has
// come to rest before: DMA, the firmware. Interrupts are masked here; the image masks their sources
// itself.
//
// No memory but the tags' is touched, so that the image, the tags and the RAM disk may lie
// anywhere except in this program.
[[noreturn]] void enter_image(uint32_t address, std::span<const uint32_t> tags,
                              uint32_t machine_type);

}  // namespace pi::core

// Supplied by each program; runs with MMU, caches and floating point on, interrupts off.
extern "C" [[noreturn]] void kernel_main(const pi::core::BootArguments& arguments);

// Supplied by each program: the core takes an interrupt. Runs on the interrupt stack, interrupts
// off; may use floating point.
extern "C" void interrupt_taken();
