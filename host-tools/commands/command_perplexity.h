// `barellama perplexity`: how well a model foretells a text.
#pragma once

#include "host-tools/commands/command_line.h"

namespace host {

void add_perplexity_command(CLI::App& app);

}  // namespace host
