// `barellama`: all of the host's tools, one subcommand each.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host-tools/commands/command_card.h"
#include "host-tools/commands/command_console.h"
#include "host-tools/commands/command_convert.h"
#include "host-tools/commands/command_emulate.h"
#include "host-tools/commands/command_inspect.h"
#include "host-tools/commands/command_line.h"
#include "host-tools/commands/command_perplexity.h"
#include "host-tools/commands/command_plan.h"
#include "host-tools/commands/command_push.h"
#include "host-tools/commands/command_report.h"
#include "host-tools/commands/command_run.h"
#include "host-tools/commands/command_synth.h"
#include "host-tools/commands/command_tokenize.h"
#include "host-tools/support/failure.h"

namespace {

constexpr int kUsageError = 2;

// `push ... -- ...`: what stands behind the dashes is the console's. CLI11 2.1 hands it to the
// program instead of the command once the command has all that it needs.
std::vector<std::string> take_rest_of_push(std::vector<std::string>& words) {
  if (words.empty() || words.front() != "push") return {};
  const auto dashes = std::find(words.begin(), words.end(), "--");
  if (dashes == words.end()) return {};
  std::vector<std::string> rest(dashes + 1, words.end());
  words.erase(dashes, words.end());
  return rest;
}

// "--top-p FLOAT in [0 - 1]" instead of CLI11's "--top-p FLOAT:FLOAT in [0 - 1]".
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string made = CLI::Formatter::make_option_opts(option);
    const std::string_view words = made;
    if (!words.starts_with(' ')) return made;
    const std::string_view type = words.substr(1, words.find_first_of(": ", 1) - 1);
    const std::string_view range = words.substr(std::min(words.size(), type.size() + 2));
    const bool says_all = type == "TEXT" || range.starts_with(type) || range.starts_with('{');
    return words.substr(1).starts_with(std::string(type) + ":") && says_all
               ? " " + std::string(range)
               : made;
  }
};

int run(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const std::vector<std::string> rest_of_push = take_rest_of_push(words);
  CLI::App app("Stories from a Raspberry Pi Zero without an operating system", "barellama");
  app.require_subcommand(1);
  app.formatter(std::make_shared<HelpFormatter>());
  host::add_run_command(app);
  host::add_convert_command(app);
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
  try {
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the end
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
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
