// `barellama`: all of the host's tools, one subcommand each.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "base/version.h"
#include "host-tools/commands/commands.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/output.h"

namespace {

// `push ... -- ...`: what follows the dashes is the console's. CLI11 2.1 hands it to the
// program instead of the command once the command has all that it needs.
std::vector<std::string> take_rest_of_push(std::vector<std::string>& words) {
  if (words.empty() || words.front() != "push") return {};
  const auto dashes = std::find(words.begin(), words.end(), "--");
  if (dashes == words.end()) return {};
  std::vector<std::string> rest(dashes + 1, words.end());
  words.erase(dashes, words.end());
  return rest;
}

int run(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const std::vector<std::string> rest_of_push = take_rest_of_push(words);
  host::CommandLine line("Stories from a Raspberry Pi Zero without an operating system",
                         "barellama");
  line.add_version("barellama " + std::string(base::version()));
  host::Command& app = line.command();
  host::add_run_command(app);
  host::add_convert_command(app);
  host::add_prune_command(app);
  host::add_synth_command(app);
  host::add_inspect_command(app);
  host::add_plan_command(app);
  host::add_tokenize_command(app);
  host::add_perplexity_command(app);
  host::add_card_command(app);
  host::add_emulate_command(app);
  host::add_console_command(app);
  host::add_push_command(app, rest_of_push);
  host::add_report_command(app);
  const int exit_code = line.run(std::move(words));
  host::finish_output();
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  host::keep_standard_streams();
  try {
    return run(argc, argv);
  } catch (const host::Failure& failure) {
    std::fprintf(stderr, "barellama: %s\n", failure.what());
    return failure.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "barellama: %s\n", error.what());
    return 1;
  }
}
