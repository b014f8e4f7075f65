// The tag list ("ATAGs") that the firmware, QEMU or a boot loader leaves in memory at 0x100: what
// the kernel is told before it can read anything itself. Format: Linux,
// Documentation/arch/arm/booting.rst and arch/arm/include/uapi/asm/setup.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/status.h"

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
// without ATAG_CORE at its beginning, nothing. Never reads beyond `words`.
BootTags read_boot_tags(std::span<const uint32_t> words);

// The list that read_boot_tags() reads as `tags`: its beginning, in `words`. kOutOfRange when it
// does not fit, which only a long command line can cause.
base::Result<std::span<const uint32_t>> write_boot_tags(const BootTags& tags,
                                                        std::span<uint32_t> words);

}  // namespace kernel
