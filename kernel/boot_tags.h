// The tag list ("ATAGs") that the firmware, QEMU or a boot loader leaves in memory at 0x100: what
// the kernel is told before it can read anything itself. Format: Linux,
// Documentation/arm/booting.rst and arch/arm/include/uapi/asm/setup.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace kernel {

struct RamDiskRange {
  uint32_t address;
  uint32_t size;  // bytes
};

struct BootTags {
  std::string_view command_line;         // empty if there is none; lives in the list itself
  std::optional<RamDiskRange> ram_disk;  // of ATAG_INITRD2
  std::optional<uint32_t> memory_bytes;  // of the first ATAG_MEM
};

// `words` begin where the list may be. No list, or a broken one, gives what was found up to there:
// without ATAG_CORE at its begin, nothing. Never reads beyond `words`.
BootTags read_boot_tags(std::span<const uint32_t> words);

}  // namespace kernel
