// The subcommands of the program. Each function, in the file command_NAME.cpp, adds one.
#pragma once

#include <string>
#include <vector>

#include "host-tools/commands/command_line.h"

namespace host {

void add_card_command(Command& app);
void add_console_command(Command& app);
void add_convert_command(Command& app);
void add_emulate_command(Command& app);
void add_inspect_command(Command& app);
void add_perplexity_command(Command& app);
void add_plan_command(Command& app);
void add_prune_command(Command& app);
// `rest`: the words after `--`, the console's options.
void add_push_command(Command& app, const std::vector<std::string>& rest);
void add_report_command(Command& app);
void add_run_command(Command& app);
void add_synth_command(Command& app);
void add_tokenize_command(Command& app);

}  // namespace host
