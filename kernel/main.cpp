// The kernel: a board, a machine on it, a session that never ends.
#include "kernel/board.h"
#include "kernel/board_machine.h"
#include "kernel/session.h"

#include <new>

namespace {

// Far too large for the stack, and there are no static constructors: built in place.
alignas(kernel::Session) std::byte session_memory[sizeof(kernel::Session)];
alignas(kernel::BoardMachine) std::byte machine_memory[sizeof(kernel::BoardMachine)];

}  // namespace

extern "C" void kernel_main(const pi::arm1176::BootArguments& arguments) {
  kernel::Board& board = kernel::Board::start(arguments, {});
  board.serial().write("\nbarellama\n");
  board.print_banner(board.serial());
  auto& machine = *new (machine_memory) kernel::BoardMachine(board);
  auto& session = *new (session_memory) kernel::Session(machine);
  session.start();
  while (session.step()) {
  }
  // A reboot or switch-off is on its way.
  for (;;) board.idle(20'000);
}
