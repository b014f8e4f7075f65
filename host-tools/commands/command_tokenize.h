// `barellama tokenize`: text to token ids and back, with the tokenizer that the Pi uses.
#pragma once

#include "host-tools/commands/command_line.h"

namespace host {

void add_tokenize_command(CLI::App& app);

}  // namespace host
