// The kernel: a board, a machine on it, a console that never ends.
#include "base/version.h"
#include "kernel/board/board.h"
#include "kernel/board/board_machine.h"
#include "kernel/console/console.h"
#include "kernel/settings/command_line.h"

#include <new>

namespace {

// Far too large for the stack, and there are no static constructors: built in place.
alignas(kernel::Console) std::byte console_memory[sizeof(kernel::Console)];
alignas(kernel::BoardMachine) std::byte machine_memory[sizeof(kernel::BoardMachine)];

}  // namespace

extern "C" void kernel_main(const pi::core::BootArguments& arguments) {
  kernel::Board& board =
      kernel::Board::start(arguments, {.wants_mini_uart = kernel::names_mini_uart});
  base::print(board.serial(), "\nbarellama {}\n", base::version());
  board.print_banner(board.serial());
  auto& machine = *new (machine_memory) kernel::BoardMachine(board);
  auto& console = *new (console_memory) kernel::Console(machine);
  console.start();
  while (console.step()) {
  }
  // A reboot or switch-off is on its way.
  for (;;) board.idle(20'000);
}
