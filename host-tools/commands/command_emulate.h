// `barellama emulate`: a card image, booted in an emulated Pi Zero.
#pragma once

#include "host-tools/commands/command_line.h"

namespace host {

void add_emulate_command(CLI::App& app);

}  // namespace host
