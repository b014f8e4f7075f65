// What is mapped where. Addresses are physical ones, with these exceptions: nothing is mapped below
// kLowestMapped (so that null pointers fault), in the guard pages below each stack, above the ARM's
// memory (which belongs to the firmware), and between RAM and peripherals. The image's text cannot
// be written, and nothing except it can be executed.
#pragma once

#include <cstdint>

#include "libpi/core/boot.h"

namespace pi::core {

// What start-up must know of the board, before the board's drivers exist.
struct MemoryMap {
  uint32_t peripherals;       // where they begin, at a whole MiB
  uint32_t peripheral_bytes;  // whole MiB
  uint32_t most_ram_bytes;    // from address 0; ends at or below `peripherals`
};

// Below it there is nothing except the firmware's tags.
inline constexpr uint32_t kLowestMapped = kImageAddress;

// The first MiB once more, read-only: by it the tags that the firmware left at kTagsAddress are
// reached.
inline constexpr uint32_t kLowMemoryAlias = 0xfff00000;

// RAM that is mapped from the start, before the firmware has said how much there is: more than
// any image reaches to (linker/bootloader.ld: 18 MiB), less than any split of memory gives the ARM.
inline constexpr uint32_t kFirstRamBytes = 32 << 20;

// What the tables themselves take of the image's zeroed data.
inline constexpr uint32_t kPageTableBytes = (16 << 10) + 3 * (1 << 10);

// Maps RAM up to `ram_bytes`, of which whole MiB count. Up to MemoryMap::most_ram_bytes (CHECKed).
void map_ram(uint32_t ram_bytes);

// Whether `size` bytes from `address` are RAM that is mapped as such.
bool is_mapped_ram(uint32_t address, uint32_t size);

}  // namespace pi::core

// Supplied by the board (kernel/board/board.cpp).
extern "C" const pi::core::MemoryMap board_memory_map;
