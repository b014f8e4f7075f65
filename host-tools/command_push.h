// `barellama push`.
#pragma once

#include "host-tools/command_line.h"

namespace host {

void add_push_command(CLI::App& app);

}  // namespace host
