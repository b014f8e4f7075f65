#include "kernel/board.h"

extern "C" void kernel_main(const pi::arm1176::BootArguments& arguments) {
  kernel::Board& board = kernel::Board::start(arguments, {});
  pi::Serial& serial = board.serial();
  serial.write("\nbarellama\n");
  board.print_banner(serial);
  for (;;) {
    char c;
    while (serial.try_read(c)) {
      serial.write(std::string_view(&c, 1));
    }
    board.led().heartbeat(board.timer().now_us());
    board.idle(20'000);
  }
}
