#include "libpi/core/memory_map.h"

#include <cstddef>
#include <span>

#include "base/check.h"
#include "libpi/core/boot.h"
#include "libpi/core/cache.h"
#include "libpi/core/image.h"

namespace pi::core {
namespace {

// First-level descriptors, ARM1176 TRM 6.11.2 with SCTLR.XP = 1: [1:0] 10 section, B 2, C 3, XN 4,
// AP [11:10], APX 15, S 16. AP = 01 is privileged access only; with APX it is read-only.
constexpr uint32_t kSection = 0x402;
constexpr uint32_t kSectionWriteBack = 0xc;  // C, B. S stays 0: this core does not cache shared RAM
constexpr uint32_t kSectionNoExecute = 1 << 4;
constexpr uint32_t kSectionReadOnly = 1 << 15;
constexpr uint32_t kSectionSharedDevice = 1 << 16 | 1 << 2;  // S, B
constexpr uint32_t kCoarseTable = 1;

// Second-level descriptors, extended small pages: XN 0, [1] 1, B 2, C 3, AP [5:4], APX 9.
constexpr uint32_t kPage = 0x1e;  // write-back, privileged only
constexpr uint32_t kPageNoExecute = 1;
constexpr uint32_t kPageReadOnly = 1 << 9;

constexpr uint32_t kMiB = 1 << 20;
constexpr uint32_t kPageBytes = 4096;
constexpr uint32_t kPagesPerMiB = kMiB / kPageBytes;
// The image with its stacks is in these (asserted by the linker script) and is mapped by pages,
// like the first MiB, whose beginning is not mapped at all.
constexpr uint32_t kImageMiB = 2;

alignas(16384) uint32_t first_level[4096];
alignas(1024) uint32_t second_level[1 + kImageMiB][kPagesPerMiB];
static_assert(sizeof first_level + sizeof second_level == kPageTableBytes);
uint32_t mapped_ram_bytes;

uint32_t page_descriptor(uint32_t address) {
  if (address < kLowestMapped || address == address_of(__fault_guard) ||
      address == address_of(__irq_guard) || address == address_of(__main_guard)) {
    return 0;
  }
  const bool is_of_image = address >= address_of(__text_begin);
  if (is_of_image && address < address_of(__text_end)) return address | kPage | kPageReadOnly;
  if (is_of_image && address < address_of(__rodata_end)) {
    return address | kPage | kPageReadOnly | kPageNoExecute;
  }
  return address | kPage | kPageNoExecute;
}

void map_pages(uint32_t mib, std::span<uint32_t, kPagesPerMiB> table) {
  for (uint32_t page = 0; page < kPagesPerMiB; ++page) {
    table[page] = page_descriptor(mib * kMiB + page * kPageBytes);
  }
  first_level[mib] = address_of(table.data()) | kCoarseTable;
}

void map_sections(uint32_t first_mib, uint32_t end_mib) {
  for (uint32_t mib = first_mib; mib < end_mib; ++mib) {
    first_level[mib] = mib * kMiB | kSection | kSectionWriteBack | kSectionNoExecute;
  }
}

}  // namespace

void map_ram(uint32_t ram_bytes) {
  CHECK(ram_bytes <= board_memory_map.most_ram_bytes);
  if (ram_bytes <= mapped_ram_bytes) return;
  map_sections(mapped_ram_bytes / kMiB, ram_bytes / kMiB);
  // The table walk reads memory, not the data cache.
  clean_data_cache(std::as_bytes(std::span(first_level)));
  asm volatile("mcr p15, 0, %0, c8, c7, 0" : : "r"(0) : "memory");  // invalidate the TLBs
  data_synchronization_barrier();
  mapped_ram_bytes = ram_bytes / kMiB * kMiB;
}

bool is_mapped_ram(uint32_t address, uint32_t size) {
  return address >= kLowestMapped && address < mapped_ram_bytes &&
         size <= mapped_ram_bytes - address;
}

// Called by start.S, with MMU and caches off: board_memory_map is a constant of the image.
extern "C" uint32_t* build_page_tables() {
  map_sections(0, kFirstRamBytes / kMiB);
  map_pages(0, second_level[0]);
  const uint32_t image_mib = address_of(__text_begin) / kMiB;
  for (uint32_t i = 0; i < kImageMiB; ++i) {
    map_pages(image_mib + i, second_level[1 + i]);
  }
  mapped_ram_bytes = kFirstRamBytes;
  const uint32_t first = board_memory_map.peripherals / kMiB;
  for (uint32_t mib = first; mib < first + board_memory_map.peripheral_bytes / kMiB; ++mib) {
    first_level[mib] = mib * kMiB | kSection | kSectionSharedDevice | kSectionNoExecute;
  }
  first_level[kLowMemoryAlias / kMiB] =
      kSection | kSectionWriteBack | kSectionNoExecute | kSectionReadOnly;
  return first_level;
}

}  // namespace pi::core
