// The kernel's last words. Whatever ends it (a failed CHECK, an exception of the core) prints what
// happened, the registers and one line
//
//   backtrace: 0x00009a4c 0x0000c120 ...
//
// with the innermost address first, for `arm-none-eabi-addr2line -e kernel.elf`, and the version,
// of which that file must be. Then the core stops for good, and the LED blinks three times, pause,
// three times. Only the call for the boot loader (libpi/push/magic.h) is still heard: it reboots
// the board.
//
// It prints by polling, with interrupts off, from any mode and at any time: before there is a
// serial line it sets the PL011 up itself. A panic within the panic prints one line and stops.
#pragma once

#include "libpi/serial.h"

namespace kernel {

// Where panics print after this call; lives forever.
void set_panic_serial(pi::Serial* serial);

}  // namespace kernel
