// The board as a whole: brings up clocks, serial line, LED, timer and interrupts, learns what it
// runs on, and owns the drivers' instances. The only place that knows pins and wiring.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/format.h"
#include "kernel/board/boot_tags.h"
#include "kernel/board/clocks.h"
#include "kernel/settings/command_line.h"
#include "libpi/arm1176/boot_arguments.h"
#include "libpi/bcm2835/act_led.h"
#include "libpi/bcm2835/board_revision.h"
#include "libpi/bcm2835/gpio.h"
#include "libpi/bcm2835/interrupts.h"
#include "libpi/bcm2835/mailbox.h"
#include "libpi/bcm2835/power_manager.h"
#include "libpi/bcm2835/system_timer.h"
#include "libpi/bcm2835/uart_mini.h"
#include "libpi/bcm2835/uart_pl011.h"
#include "libpi/cycle_counter.h"
#include "libpi/serial.h"

namespace kernel {

class Board {
 public:
  enum class SerialPort : uint8_t { kPl011, kMiniUart };
  struct Options {
    SerialPort serial_port = SerialPort::kPl011;
    uint32_t baud = 115200;
    // Reboots, wherever the program is, when a laptop calls for the boot loader
    // (libpi/push/magic.h).
    bool obeys_loader_magic = true;
  };

  // Brings the board up; once (CHECKed). From here on interrupts are on, and panics go to the
  // serial line. Lives in static storage, for ever.
  static Board& start(const pi::arm1176::BootArguments& arguments, const Options& options);

  pi::Serial& serial() { return *serial_; }
  pi::SystemTimer& timer() { return timer_; }
  pi::Interrupts& interrupts() { return interrupts_; }
  pi::Gpio& gpio() { return gpio_; }
  pi::ActLed& led() { return led_; }
  pi::Mailbox& mailbox() { return mailbox_; }
  pi::PowerManager& power() { return power_; }
  pi::CycleCounter& cycles() { return cycles_; }

  const Clocks& clocks() const { return clocks_; }
  const std::optional<pi::BoardRevision>& revision() const { return revision_; }
  // From the tag list, or, when there is a device tree instead of one, from the firmware.
  const CommandLine& command_line() const { return command_line_; }

  // Bytes of RAM that the firmware leaves to the ARM, from address 0.
  uint32_t arm_memory_bytes() const { return arm_memory_bytes_; }
  // What the firmware or a boot loader has placed in RAM for us, if it lies in the ARM's memory.
  std::span<const std::byte> ram_disk() const { return ram_disk_; }
  // RAM that nobody uses: the larger piece of what is above the image, beside the RAM disk. Aligned
  // to Arena::kAlignment.
  std::span<std::byte> free_memory() const { return free_memory_; }

  // Sleeps until an interrupt comes, a received character's say, at the most `us`. Does not sleep
  // while the serial line has characters that were not read.
  void idle(uint64_t us);

  // The first lines of the console: what this board is, and how it runs.
  void print_banner(base::TextSink& out);

 private:
  Board(const pi::arm1176::BootArguments& arguments, const Options& options);

  void start_serial(const Options& options);
  CommandLine find_command_line();
  void divide_memory();

  pi::SystemTimer timer_;
  pi::Gpio gpio_{timer_};
  pi::ActLed led_{gpio_};
  pi::Interrupts interrupts_;
  pi::Mailbox mailbox_{timer_};
  pi::PowerManager power_;
  pi::CycleCounter cycles_;
  Clocks clocks_;
  BootTags tags_;
  CommandLine command_line_{{}};
  std::array<char, 1024> firmware_command_line_;
  std::optional<pi::BoardRevision> revision_;
  uint32_t arm_memory_bytes_ = 0;
  std::span<const std::byte> ram_disk_;
  std::span<std::byte> free_memory_;
  std::optional<pi::UartPl011> pl011_;
  std::optional<pi::UartMini> mini_uart_;
  pi::Serial* serial_ = nullptr;
};

}  // namespace kernel
