// `barellama plan`: what a model takes of a board, and how fast it runs there.
#pragma once

#include "host-tools/commands/command_line.h"

namespace host {

void add_plan_command(CLI::App& app);

}  // namespace host
