// The image to try a new board, cable or card with: prints what the board is, echoes what is typed
// and blinks the LED twice a second. It reads no model.
#include "base/version.h"
#include "kernel/board/board.h"
#include "kernel/settings/command_line.h"

namespace {

constexpr uint64_t kTickUs = 20'000;  // the shortest phase of the heartbeat is four of them

void echo(pi::Serial& serial) {
  char c;
  while (serial.try_read(c)) {
    // Terminals send Return as '\r' and expect both characters back.
    const std::string_view text = c == '\r' ? "\r\n" : std::string_view(&c, 1);
    serial.write(text);
  }
}

void print_card_line(kernel::Board& board) {
  pi::Serial& serial = board.serial();
  serial.write("card      ");
  kernel::CardSlot& slot = board.card_slot();
  if (const base::Status status = slot.initialize(); status.ok()) {
    pi::describe(slot.report(), serial);
  } else {
    base::print(serial, status);
  }
  serial.write("\n");
}

}  // namespace

extern "C" void kernel_main(const pi::core::BootArguments& arguments) {
  kernel::Board& board =
      kernel::Board::start(arguments, {.wants_mini_uart = kernel::names_mini_uart});
  pi::Serial& serial = board.serial();
  base::print(serial, "\nbarellama sanity image {}\n", base::version());
  board.print_banner(serial);
  print_card_line(board);
  serial.write("ready: type, and it comes back; the LED blinks twice a second\n");
  for (;;) {
    echo(serial);
    board.heartbeat();
    board.idle(kTickUs);
  }
}
