// A call for the boot loader (libpi/push/magic.h) reboots the board, whatever the program is doing.
#pragma once

#include "libpi/bcm2835/power_manager.h"
#include "libpi/serial.h"

namespace kernel {

// From now on; `power` lives as long as `serial`. The last words on the line are which version
// leaves. One board has one line: a later call replaces an earlier one.
void obey_loader_calls(pi::Serial& serial, pi::PowerManager& power);

}  // namespace kernel
