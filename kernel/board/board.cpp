#include "kernel/board/board.h"

#include <algorithm>
#include <new>

#include "base/align.h"
#include "base/arena.h"
#include "base/check.h"
#include "kernel/board/panic.h"
#include "libpi/arm1176/cpu.h"
#include "libpi/arm1176/image.h"
#include "libpi/arm1176/mmu.h"
#include "libpi/arm1176/performance_monitor.h"

namespace kernel {
namespace {

namespace arm = pi::arm1176;

constinit bool started = false;
// Not a Board, whose constructor would have to run before main.
alignas(Board) constinit std::byte storage[sizeof(Board)] = {};

constinit pi::Interrupts* dispatcher = nullptr;

constexpr uint32_t kTagsMostBytes = 16 << 10;
// What the firmware gives to the ARM at the least, for when it does not answer: 448 MiB go with its
// default of gpu_mem=64.
constexpr uint32_t kFallbackMemory = 448u << 20;
// Before a clock is known: what the core runs at without turbo.
constexpr uint32_t kFallbackCoreHz = 250'000'000;

constexpr uint32_t kMiB = 1 << 20;
constexpr uint32_t kPage = 4096;

std::byte* bytes_at(uint32_t address) {
  return reinterpret_cast<std::byte*>(static_cast<uintptr_t>(address));
}

std::span<const uint32_t> words_at(uint32_t address, uint32_t bytes) {
  return {reinterpret_cast<const uint32_t*>(static_cast<uintptr_t>(address)), bytes / 4};
}

// r2 may be 0 although there is a list (a boot loader, QEMU's loader device), or the address of a
// device tree, which is no list.
BootTags find_tags(const arm::BootArguments& arguments) {
  const uint32_t given = arguments.tags_address;
  if (given % 4 == 0 && arm::is_mapped_ram(given, kTagsMostBytes)) {
    const BootTags tags = read_boot_tags(words_at(given, kTagsMostBytes));
    if (!tags.command_line.empty() || tags.ram_disk || tags.memory_bytes) return tags;
  }
  const bool is_low = given % 4 == 0 && given != 0 && given < arm::kLowestMapped;
  const uint32_t from = is_low ? given : arm::kTagsAddress;
  return read_boot_tags(words_at(arm::kLowMemoryAlias + from, arm::kLowestMapped - from));
}

pi::CycleCounter::ReadRaw cycle_reader() {
  arm::start_counters(arm::Event::kDataCacheMiss, arm::Event::kDataDependencyStall);
  return arm::read_cycles;
}

}  // namespace

Board& Board::start(const arm::BootArguments& arguments, const Options& options) {
  CHECK(!started);
  started = true;
  Board* board = new (storage) Board(arguments, options);
  dispatcher = &board->interrupts_;
  arm::enable_interrupts();
  return *board;
}

Board::Board(const arm::BootArguments& arguments, const Options& options)
    : cycles_(cycle_reader()), clocks_(bring_up_clocks(mailbox_, timer_)) {
  start_serial(options);
  if (const base::Result<uint32_t> code = mailbox_.board_revision(); code.ok()) {
    revision_ = pi::decode_board_revision(*code);
  }
  const base::Result<pi::Mailbox::MemoryRange> memory = mailbox_.arm_memory();
  arm_memory_bytes_ = memory.ok() ? memory->base + memory->size : kFallbackMemory;
  arm::map_ram(arm_memory_bytes_);
  tags_ = find_tags(arguments);
  command_line_ = find_command_line();
  divide_memory();
  interrupts_.attach(
      pi::Irq::kSystemTimer3,
      [](void* timer) {
        static_cast<pi::SystemTimer*>(timer)->clear_alarm(pi::SystemTimer::Channel::k3);
      },
      &timer_);
}

void Board::start_serial(const Options& options) {
  if (options.serial_port == SerialPort::kMiniUart) {
    const uint32_t core_hz = clocks_.core.hz != 0 ? clocks_.core.hz : kFallbackCoreHz;
    mini_uart_.emplace(gpio_, timer_, core_hz);
    CHECK(mini_uart_->start(options.baud).ok());
    mini_uart_->receive_by(interrupts_);
    serial_ = &*mini_uart_;
  } else {
    pl011_.emplace(gpio_, timer_, clocks_.uart.hz);
    CHECK(pl011_->start(options.baud).ok());
    pl011_->receive_by(interrupts_);
    serial_ = &*pl011_;
  }
  if (options.obeys_loader_magic) {
    serial_->on_loader_magic(
        [](void* power) { static_cast<pi::PowerManager*>(power)->request_reboot(); }, &power_);
  }
  set_panic_serial(serial_);
}

CommandLine Board::find_command_line() {
  if (!tags_.command_line.empty()) return CommandLine(tags_.command_line);
  const base::Result<std::string_view> text = mailbox_.command_line(firmware_command_line_);
  return CommandLine(text.ok() ? *text : std::string_view());
}

void Board::divide_memory() {
  const uint32_t begin =
      base::round_up(arm::address_of(__end), static_cast<uint32_t>(base::Arena::kAlignment));
  const uint32_t end = arm_memory_bytes_ / kMiB * kMiB;
  uint32_t free_begin = begin;
  uint32_t free_end = end;
  if (tags_.ram_disk) {
    const auto [address, size] = *tags_.ram_disk;
    if (address >= begin && address < end && size <= end - address) {
      ram_disk_ = {bytes_at(address), size};
      const uint32_t behind = std::min(base::round_up(address + size, kPage), end);
      if (address - begin >= end - behind) {
        free_end = address;
      } else {
        free_begin = behind;
      }
    }
  }
  free_memory_ = {bytes_at(free_begin), free_end - free_begin};
}

void Board::idle(uint64_t us) {
  // Masked, so that neither alarm nor character comes, and is served, before the sleep: a masked
  // interrupt ends it all the same.
  arm::disable_interrupts();
  timer_.set_alarm(pi::SystemTimer::Channel::k3, us);
  if (!serial_->has_received()) arm::wait_for_interrupt();
  arm::enable_interrupts();
}

}  // namespace kernel

extern "C" void interrupt_taken() {
  CHECK(kernel::dispatcher != nullptr);
  kernel::dispatcher->dispatch();
}
