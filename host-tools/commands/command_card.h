// `barellama card`: a bootable card, as an image or in a mounted folder.
#pragma once

#include "host-tools/commands/command_line.h"

namespace host {

void add_card_command(CLI::App& app);

}  // namespace host
