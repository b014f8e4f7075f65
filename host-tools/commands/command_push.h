// `barellama push`.
#pragma once

#include <string>
#include <vector>

#include "host-tools/commands/command_line.h"

namespace host {

// `rest`: the words behind `--`, the console's options.
void add_push_command(CLI::App& app, const std::vector<std::string>& rest);

}  // namespace host
