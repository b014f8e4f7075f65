#pragma once

#include "host-tools/commands/command_line.h"

namespace host {

void add_convert_command(CLI::App& app);

}  // namespace host
