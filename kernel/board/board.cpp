#include "kernel/board/board.h"

#include <algorithm>
#include <new>

#include "base/align.h"
#include "base/arena.h"
#include "base/check.h"
#include "kernel/board/drivers.h"
#include "kernel/board/loader_call.h"
#include "kernel/board/panic.h"
#include "libpi/core/counters.h"
#include "libpi/core/cpu.h"
#include "libpi/core/image.h"
#include "libpi/core/memory_map.h"

extern "C" constinit const pi::core::MemoryMap board_memory_map = kernel::kDescription.memory;

namespace kernel {
namespace {

namespace core = pi::core;

constinit bool started = false;
// Not a Board, whose constructor would have to run before main.
alignas(Board) constinit std::byte board_storage[sizeof(Board)] = {};
alignas(Drivers) constinit std::byte drivers_storage[sizeof(Drivers)] = {};

constinit pi::Interrupts* dispatcher = nullptr;

constexpr uint32_t kTagsMostBytes = 16 << 10;
constexpr uint32_t kMiB = 1 << 20;
constexpr uint32_t kPage = 4096;

std::byte* bytes_at(uint32_t address) {
  return reinterpret_cast<std::byte*>(static_cast<uintptr_t>(address));
}

std::span<const uint32_t> words_at(uint32_t address, uint32_t bytes) {
  return {reinterpret_cast<const uint32_t*>(static_cast<uintptr_t>(address)), bytes / 4};
}

// r2 may be 0 although there is a list (a boot loader, QEMU's loader device), or the address of a
// device tree, which is not a list.
BootTags find_tags(const core::BootArguments& arguments) {
  const uint32_t given = arguments.tags_address;
  if (given % 4 == 0 && core::is_mapped_ram(given, kTagsMostBytes)) {
    const BootTags tags = read_boot_tags(words_at(given, kTagsMostBytes));
    if (!tags.command_line.empty() || tags.ram_disk || tags.memory_bytes) return tags;
  }
  const bool is_low = given % 4 == 0 && given != 0 && given < core::kLowestMapped;
  const uint32_t from = is_low ? given : core::kTagsAddress;
  return read_boot_tags(words_at(core::kLowMemoryAlias + from, core::kLowestMapped - from));
}

pi::CycleCounter::ReadRaw cycle_reader() {
  core::start_counters();
  return core::read_cycles;
}

template <typename T>
std::optional<T> value_of(const base::Result<T>& result) {
  return result.ok() ? std::optional<T>(*result) : std::nullopt;
}

}  // namespace

Board& Board::start(const core::BootArguments& arguments, const Options& options) {
  CHECK(!started);
  started = true;
  Drivers* drivers = new (drivers_storage) Drivers;
  Board* board = new (board_storage) Board(*drivers, arguments, options);
  dispatcher = &drivers->interrupts;
  core::enable_interrupts();
  return *board;
}

Board::Board(Drivers& drivers, const core::BootArguments& arguments, const Options& options)
    : drivers_(drivers), cycles_(cycle_reader()), clocks_(bring_up_clocks(drivers)) {
  if (const base::Result<uint32_t> code = drivers_.mailbox.board_revision(); code.ok()) {
    revision_ = pi::decode_board_revision(*code);
  }
  const base::Result<pi::Mailbox::MemoryRange> memory = drivers_.mailbox.arm_memory();
  arm_memory_bytes_ =
      memory.ok() ? memory->base + memory->size : kDescription.fallback_memory_bytes;
  core::map_ram(arm_memory_bytes_);
  tags_ = find_tags(arguments);
  command_line_ = find_command_line();
  start_serial(options);
  divide_memory();
  drivers_.interrupts.attach(
      kDescription.idle_alarm.irq,
      [](void* timer) {
        static_cast<pi::SystemTimer*>(timer)->clear_alarm(kDescription.idle_alarm.channel);
      },
      &drivers_.timer);
}

void Board::start_serial(const Options& options) {
  pi::Uart* uart;
  if (options.wants_mini_uart != nullptr && options.wants_mini_uart(command_line_)) {
    const uint32_t core_hz = clocks_.core.hz != 0 ? clocks_.core.hz : kDescription.fallback_core_hz;
    uart =
        &drivers_.mini_uart.emplace(kDescription.mini_uart, drivers_.gpio, drivers_.timer, core_hz);
  } else {
    uart =
        &drivers_.pl011.emplace(kDescription.pl011, drivers_.gpio, drivers_.timer, clocks_.uart.hz);
  }
  CHECK(uart->start(options.baud).ok());
  uart->receive_by(drivers_.interrupts);
  serial_ = uart;
  if (options.obeys_loader_magic) {
    obey_loader_calls(*serial_, drivers_.power);
  }
  set_panic_serial(serial_);
}

std::string_view Board::find_command_line() {
  if (!tags_.command_line.empty()) return tags_.command_line;
  const base::Result<std::string_view> text = drivers_.mailbox.command_line(firmware_command_line_);
  return text.ok() ? *text : std::string_view();
}

void Board::divide_memory() {
  const uint32_t begin =
      base::round_up(core::address_of(__end), static_cast<uint32_t>(base::Arena::kAlignment));
  const uint32_t end = arm_memory_bytes_ / kMiB * kMiB;
  uint32_t free_begin = begin;
  uint32_t free_end = end;
  if (tags_.ram_disk) {
    const auto [address, size] = *tags_.ram_disk;
    if (address >= begin && address < end && size <= end - address) {
      ram_disk_ = {bytes_at(address), size};
      const uint32_t above = std::min(base::round_up(address + size, kPage), end);
      if (address - begin >= end - above) {
        free_end = address;
      } else {
        free_begin = above;
      }
    }
  }
  free_memory_ = {bytes_at(free_begin), free_end - free_begin};
}

base::Clock& Board::clock() { return drivers_.timer; }

CardSlot& Board::card_slot() {
  if (!card_slot_) card_slot_.emplace(drivers_);
  return *card_slot_;
}

std::optional<uint32_t> Board::temperature_millicelsius() {
  return value_of(drivers_.mailbox.temperature_millicelsius());
}

std::optional<uint32_t> Board::throttled() { return value_of(drivers_.mailbox.throttled()); }

std::optional<uint32_t> Board::arm_hz() { return measure_arm_hz(drivers_); }

void Board::set_led(bool lit) { drivers_.led.set(lit); }

void Board::heartbeat() { drivers_.led.heartbeat(drivers_.timer.now_us()); }

void Board::idle(uint64_t us) {
  // Masked, so that neither alarm nor character comes, and is served, before the sleep: a masked
  // interrupt ends it all the same.
  core::disable_interrupts();
  drivers_.timer.set_alarm(kDescription.idle_alarm.channel, us);
  if (!serial_->has_received()) core::wait_for_interrupt();
  core::enable_interrupts();
}

void Board::keep_cycles(uint64_t us) {
  keep_cycles_us_ = us;
  drivers_.interrupts.attach(
      kDescription.counter_alarm.irq,
      [](void* self) {
        auto& board = *static_cast<Board*>(self);
        board.drivers_.timer.clear_alarm(kDescription.counter_alarm.channel);
        (void)board.cycles_.cycles();
        board.drivers_.timer.set_alarm(kDescription.counter_alarm.channel, board.keep_cycles_us_);
      },
      this);
  drivers_.timer.set_alarm(kDescription.counter_alarm.channel, us);
}

void Board::reboot() {
  static_cast<void>(serial_->flush());
  drivers_.power.request_reboot();
}

void Board::power_off() {
  static_cast<void>(serial_->flush());
  drivers_.power.request_halt();
}

void Board::enter_image(std::span<const uint32_t> tags, uint32_t baud) {
  // Before the last change of the line, so that no handler works on a UART that is being set up for
  // the image.
  core::disable_interrupts();
  static_cast<void>(serial_->set_baud(baud));
  static_cast<void>(serial_->flush());
  core::enter_image(core::kImageAddress, tags, kDescription.machine_type);
}

}  // namespace kernel

extern "C" void interrupt_taken() {
  CHECK(kernel::dispatcher != nullptr);
  kernel::dispatcher->dispatch();
}
