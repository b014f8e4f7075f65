// The boot loader: takes a kernel that is pushed over the serial line (docs/protocol.md, "Push"),
// or, when none is pushed for a while, the card's, and starts it. It is on the card as kernel.img,
// and moves itself to 16 MiB when it starts (libpi/README.md).
#include <algorithm>
#include <array>
#include <optional>

#include "base/version.h"
#include "kernel/board/board.h"
#include "kernel/bootloader/card_kernel.h"
#include "kernel/bootloader/memory_plan.h"
#include "kernel/bootloader/push_target.h"
#include "kernel/bootloader/start_timer.h"
#include "kernel/settings/command_line.h"
#include "kernel/settings/settings_sources.h"
#include "libpi/core/boot.h"
#include "libpi/core/image.h"
#include "libpi/push/receiver.h"

namespace kernel {
namespace {

namespace core = pi::core;

constexpr uint64_t kIdleUs = 10'000;
// A byte ends the sleep anyway; this is what checking a RAM disk waits between pieces of 64 KiB. An
// emulated UART gets its bytes only while the processor sleeps or computes, and few while it polls.
constexpr uint64_t kPushIdleUs = 1'000;
constexpr uint64_t kPushBlinkUs = 50'000;
// The fastest that the kernel knows, and what the PL011 makes of 48 MHz: a 16th.
constexpr uint32_t kMaxBaud = 3'000'000;

// Too large for the stack, some of them.
alignas(base::kCacheLineBytes) constinit std::array<std::byte, 64 * 1024> mount_scratch = {};
constinit std::array<char, kMaxIniBytes> ini = {};
constinit std::array<std::byte, MemoryPlan::kMaxCommandLine> pushed_command_line = {};
// As much as there is below the image.
constinit std::array<uint32_t, (core::kImageAddress - core::kTagsAddress) / 4> tag_words = {};

class LineSink final : public pi::push::ByteSink {
 public:
  explicit LineSink(pi::Serial& serial) : serial_(serial) {}
  void write(std::span<const std::byte> bytes) override { serial_.write_bytes(bytes); }

 private:
  pi::Serial& serial_;
};

class Loader {
 public:
  explicit Loader(Board& board) : board_(board), serial_(board.serial()) {
    plan_ = {core::address_of(__text_begin), core::address_of(__end), board.arm_memory_bytes(), {}};
    if (const auto disk = board.ram_disk(); !disk.empty()) {
      const auto address = reinterpret_cast<uintptr_t>(disk.data());
      plan_.firmware_ram_disk = RamDiskRange{static_cast<uint32_t>(address), disk.size()};
    }
  }

  [[noreturn]] void run() {
    read_settings();
    LineSink sink(serial_);
    PushTarget target(plan_, 0, pushed_command_line, serial_);
    pi::push::Receiver receiver({make_beacon(), pi::Serial::kReceiveBuffer}, sink, target);
    StartTimer timer(settings_, now_us());
    while (!receiver.is_complete()) {
      serve(receiver);
      if (!timer.is_due(!receiver.is_idle(), now_us())) continue;
      start_card_kernel();
      timer.wait_for_ever();
      serial_.write("boot loader: waiting for a push\n");
    }
    start(target.tags(board_.command_line()));
  }

 private:
  uint64_t now_us() { return board_.clock().now_us(); }

  pi::push::Beacon make_beacon() const {
    pi::push::Beacon beacon;
    beacon.board_revision = board_.revision() ? board_.revision()->code : 0;
    beacon.max_baud = std::min(kMaxBaud, board_.clocks().uart.hz / 16);
    beacon.free_begin = MemoryPlan::kKernelAddress;
    beacon.free_end = plan_.memory_end;
    return beacon;
  }

  void serve(pi::push::Receiver& receiver);

  base::Status open_card();
  void read_settings();
  void start_card_kernel();
  [[noreturn]] void start(const BootTags& tags);

  Board& board_;
  pi::Serial& serial_;
  MemoryPlan plan_;
  Settings settings_;
  CardSlot* slot_ = nullptr;  // once it was used
  std::optional<pi::FatVolume> volume_;
};

// One round; asleep for a while when there is nothing to do.
void Loader::serve(pi::push::Receiver& receiver) {
  std::array<char, 512> bytes;
  const size_t count = serial_.read(bytes);
  const uint64_t now = now_us();
  receiver.feed(std::as_bytes(std::span(bytes).first(count)), now);
  receiver.tick(now);
  if (count != 0) return;
  if (receiver.is_idle()) {
    board_.heartbeat();
    board_.idle(kIdleUs);
  } else {
    board_.set_led(now / kPushBlinkUs % 2 == 0);
    board_.idle(kPushIdleUs);
  }
}

base::Status Loader::open_card() {
  volume_.reset();
  slot_ = &board_.card_slot();
  TRY(slot_->initialize());
  TRY_ASSIGN(volume_, pi::FatVolume::mount(slot_->device(), mount_scratch));
  return base::ok_status();
}

// Mistakes in single settings are reported by the kernel.
void Loader::read_settings() {
  base::Status status = open_card();
  if (status.ok()) status = apply_card_ini(settings_, *volume_, ini, nullptr);
  apply_command_line(settings_, board_.command_line(), nullptr);
  if (!status.ok()) {
    serial_.write("boot loader: card: ");
    base::print(serial_, status);
    serial_.write("\n");
  }
  if (settings_.loader_wait == Settings::kForever) {
    serial_.write("boot loader: waiting for a push\n");
  } else {
    base::print(serial_, "boot loader: waiting {:.1} s for a push, then starting {}\n",
                settings_.loader_wait, settings_.loader_kernel.view());
  }
}

// Returns only when there is none that can be started, and has reported it: on a new line, since
// beacons end without one.
void Loader::start_card_kernel() {
  const std::string_view name = settings_.loader_kernel.view();
  board_.set_led(true);
  base::Status status = volume_ ? base::ok_status() : open_card();
  if (status.ok()) {
    const std::span<std::byte> room(
        reinterpret_cast<std::byte*>(static_cast<uintptr_t>(MemoryPlan::kKernelAddress)),
        plan_.max_kernel_bytes());
    const auto size = read_card_kernel(*volume_, name, plan_, room);
    if (size.ok()) {
      base::print(serial_, "\nboot loader: starting {}, {} bytes\n", name, *size);
      start({board_.command_line(), plan_.firmware_ram_disk, plan_.memory_end});
    }
    status = size.status();
    // Another card may be in the slot by then.
    volume_.reset();
  }
  base::print(serial_, "\nboot loader: {}: ", name);
  base::print(serial_, status);
  serial_.write("\n");
}

void Loader::start(const BootTags& tags) {
  // Only a firmware's command line can be that long: a pushed one was checked.
  auto list = write_boot_tags(tags, tag_words);
  if (!list.ok()) list = write_boot_tags({{}, tags.ram_disk, tags.memory_bytes}, tag_words);
  board_.set_led(false);
  if (slot_ != nullptr) slot_->stop();
  // The speed at which every kernel and every tool begins.
  board_.enter_image(*list, pi::push::kBaseBaud);
}

}  // namespace
}  // namespace kernel

extern "C" void kernel_main(const pi::core::BootArguments& arguments) {
  kernel::Board& board = kernel::Board::start(
      arguments, {.wants_mini_uart = kernel::names_mini_uart, .obeys_loader_magic = false});
  base::print(board.serial(), "\nbarellama boot loader {}\n", base::version());
  kernel::Loader(board).run();
}
