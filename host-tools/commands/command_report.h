// `barellama report`: pages and traces of a recording.
#pragma once

#include "host-tools/commands/command_line.h"

namespace host {

void add_report_command(CLI::App& app);

}  // namespace host
