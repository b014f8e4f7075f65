// Options of `barellama console`, and of other commands that end in a console.
#pragma once

#include "host-tools/commands/command_line.h"
#include "host-tools/console/console.h"

namespace host {

// --log, --record, --send, --until, --timeout, --raw. They are in `options`, which lives as long as
// `command`, when the command's callback is called.
void add_console_options(Command& command, ConsoleOptions& options);

// --port and --baud, for open_port().
void add_port_options(Command& command, std::string& port, uint32_t& baud);

}  // namespace host
