// `barellama synth`: models of known shapes with random weights.
#pragma once

#include "host-tools/commands/command_line.h"

namespace host {

void add_synth_command(CLI::App& app);

}  // namespace host
