#include "kernel/board/board_instruments.h"

#include <algorithm>

#include "libpi/arm1176/image.h"
#include "libpi/arm1176/mmu.h"
#include "libpi/arm1176/stacks.h"

namespace kernel {
namespace {

namespace arm = pi::arm1176;

// All Zeros have as much (BCM2835 package with 512 MiB on top).
constexpr uint64_t kUsualRam = 512 << 20;

}  // namespace

uint64_t BoardInstruments::ram_bytes() const {
  const auto& revision = board_.revision();
  const uint64_t ram = revision ? uint64_t{revision->memory_mib} << 20 : kUsualRam;
  return std::max<uint64_t>(ram, board_.arm_memory_bytes());
}

MachineFacts BoardInstruments::facts() {
  const auto& revision = board_.revision();
  return {.board = revision ? revision->model : std::string_view("unknown"),
          .ram = ram_bytes(),
          .arm_hz = board_.clocks().arm.hz,
          .core_hz = board_.clocks().core.hz};
}

Health BoardInstruments::health() {
  Health health;
  if (const auto value = board_.mailbox().temperature_millicelsius(); value.ok()) {
    health.millicelsius = *value;
  }
  if (const auto value = board_.mailbox().throttled(); value.ok()) health.throttled = *value;
  if (const ClockReading arm = read_clock(board_.mailbox(), pi::Mailbox::ClockId::kArm);
      arm.source == ClockReading::Source::kMeasured) {
    health.arm_hz = arm.hz;
  }
  return health;
}

CardCounts BoardInstruments::card() {
  if (card_ == nullptr) return {};
  return {.reads = card_->counters().read_commands, .retries = card_->counters().retries};
}

void BoardInstruments::list_memory(MemoryTable& table) {
  using Kind = MemoryTable::Kind;
  const auto between = [](const uint32_t* begin, const uint32_t* end) {
    return arm::address_of(end) - arm::address_of(begin);
  };
  uint64_t left = ram_bytes();
  const auto add = [&](std::string_view name, Kind kind, uint64_t bytes) {
    table.add(name, kind, bytes);
    left -= bytes;
  };
  add("firmware and GPU", Kind::kFirmware, ram_bytes() - board_.arm_memory_bytes());
  add("below the image", Kind::kOther, arm::address_of(__text_begin));
  add("text", Kind::kImage, between(__text_begin, __text_end));
  add("constants", Kind::kImage, between(__text_end, __rodata_end));
  add("data", Kind::kImage, between(__rodata_end, __image_end));
  add("zeroed data", Kind::kImage, between(__bss_begin, __bss_end) - arm::kPageTableBytes);
  add("page tables", Kind::kImage, arm::kPageTableBytes);
  uint64_t stacks = 0;
  for (const arm::Stack& stack : {arm::main_stack(), arm::interrupt_stack(), arm::fault_stack()}) {
    add(stack.name, Kind::kStack, stack.size_bytes());
    table.add_high(stack.name, stack.size_bytes(), stack.high_water_bytes());
    stacks += stack.size_bytes();
  }
  // Three pages that are not mapped, and what alignment leaves.
  add("guard pages", Kind::kStack,
      between(__image_end, __end) - between(__bss_begin, __bss_end) - stacks);
  add("RAM disk", Kind::kRamDisk, board_.ram_disk().size());
  left -= board_.free_memory().size();
  // The smaller piece beside a RAM disk, or what does not fill a MiB.
  add("not used", Kind::kFree, left);
}

}  // namespace kernel
