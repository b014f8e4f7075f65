#include "kernel/board/board_instruments.h"

#include <algorithm>

#include "base/version.h"
#include "libpi/core/image.h"
#include "libpi/core/memory_map.h"
#include "libpi/core/stacks.h"

namespace kernel {
namespace {

namespace core = pi::core;

}  // namespace

uint64_t BoardInstruments::ram_bytes() const {
  const auto& revision = board_.revision();
  const uint64_t ram =
      revision ? uint64_t{revision->memory_mib} << 20 : board_memory_map.most_ram_bytes;
  return std::max<uint64_t>(ram, board_.arm_memory_bytes());
}

MachineFacts BoardInstruments::facts() {
  const auto& revision = board_.revision();
  return {.board = revision ? revision->model : std::string_view("unknown"),
          .version = base::version(),
          .ram = ram_bytes(),
          .arm_hz = board_.clocks().arm.hz,
          .core_hz = board_.clocks().core.hz};
}

Health BoardInstruments::health() {
  return {.millicelsius = board_.temperature_millicelsius(),
          .throttled = board_.throttled(),
          .arm_hz = board_.arm_hz()};
}

CardCounts BoardInstruments::card() {
  if (card_ == nullptr) return {};
  const pi::SdCounters counters = card_->report().counters;
  return {.reads = counters.read_commands, .retries = counters.retries};
}

void BoardInstruments::list_memory(MemoryTable& table) {
  using Kind = MemoryTable::Kind;
  const auto between = [](const uint32_t* begin, const uint32_t* end) {
    return core::address_of(end) - core::address_of(begin);
  };
  uint64_t left = ram_bytes();
  const auto add = [&](std::string_view name, Kind kind, uint64_t bytes) {
    table.add(name, kind, bytes);
    left -= bytes;
  };
  add("firmware and GPU", Kind::kFirmware, ram_bytes() - board_.arm_memory_bytes());
  add("below the image", Kind::kOther, core::address_of(__text_begin));
  add("text", Kind::kImage, between(__text_begin, __text_end));
  add("constants", Kind::kImage, between(__text_end, __rodata_end));
  add("data", Kind::kImage, between(__rodata_end, __image_end));
  add("zeroed data", Kind::kImage, between(__bss_begin, __bss_end) - core::kPageTableBytes);
  add("page tables", Kind::kImage, core::kPageTableBytes);
  uint64_t stacks = 0;
  for (const core::Stack& stack :
       {core::main_stack(), core::interrupt_stack(), core::fault_stack()}) {
    add(stack.name, Kind::kStack, stack.size_bytes());
    table.add_high(stack.name, stack.size_bytes(), stack.high_water_bytes());
    stacks += stack.size_bytes();
  }
  // Three pages that are not mapped, and what alignment leaves.
  add("guard pages", Kind::kStack,
      between(__image_end, __end) - between(__bss_begin, __bss_end) - stacks);
  add("RAM disk", Kind::kRamDisk, board_.ram_disk().size());
  left -= board_.free_memory().size();
  // The smaller piece next to a RAM disk, or what does not fill a MiB.
  add("not used", Kind::kFree, left);
}

}  // namespace kernel
