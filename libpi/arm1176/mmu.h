// The page tables. Addresses are physical ones, with these exceptions: nothing is mapped below
// kLowestMapped (so that null pointers fault), in the guard pages below each stack, above the ARM's
// memory (which belongs to the firmware), and between RAM and peripherals. The image's text cannot
// be written, and nothing but it executed.
#pragma once

#include <cstdint>

namespace pi::arm1176 {

// Where the firmware loads images, and so the lowest address of anything but its tags.
inline constexpr uint32_t kLowestMapped = 0x8000;

// The first MiB once more, read-only: by it the tags that the firmware left at 0x100 are reached.
inline constexpr uint32_t kLowMemoryAlias = 0xfff00000;

// RAM that is mapped from the start, before the firmware has said how much there is: more than
// any image reaches to (linker/bootloader.ld: 18 MiB), less than any split of memory gives the ARM.
inline constexpr uint32_t kFirstRamBytes = 32 << 20;

// What the tables themselves take of the image's zeroed data.
inline constexpr uint32_t kPageTableBytes = (16 << 10) + 3 * (1 << 10);

// Maps RAM up to `ram_bytes`, of which whole MiB count. Up to 512 MiB (CHECKed).
void map_ram(uint32_t ram_bytes);

// Whether `size` bytes from `address` are RAM that is mapped as such.
bool is_mapped_ram(uint32_t address, uint32_t size);

}  // namespace pi::arm1176
