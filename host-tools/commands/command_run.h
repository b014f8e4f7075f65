#pragma once

#include "host-tools/commands/command_line.h"

namespace host {

void add_run_command(CLI::App& app);

}  // namespace host
