#include "host-tools/commands/command_console.h"

#include <memory>

#include "host-tools/support/interrupts.h"

namespace host {

namespace {

struct Options {
  std::string port;
  uint32_t baud = Port::kDefaultBaud;
  ConsoleOptions console;
};

void run(const Options& options) {
  Interrupts interrupts;
  const auto port =
      with_console_exit_codes([&] { return open_port(options.port, options.baud, &interrupts); });
  run_console(*port, options.console);
}

// Both options' texts, in the order in which they were given.
std::vector<ScriptStep> steps_of(const CLI::App& command, const CLI::Option* send,
                                 const CLI::Option* until) {
  std::vector<ScriptStep> steps;
  size_t sent = 0;
  size_t awaited = 0;
  for (const CLI::Option* option : command.parse_order()) {
    if (option == send) steps.push_back({ScriptStep::Kind::kSend, send->results()[sent++]});
    if (option == until) steps.push_back({ScriptStep::Kind::kUntil, until->results()[awaited++]});
  }
  return steps;
}

}  // namespace

void add_port_options(CLI::App& command, std::string& port, uint32_t& baud) {
  command.add_option("--port", port,
                     "Serial port, pseudo-terminal, or unix:PATH (default: the only USB adapter)");
  command.add_option("--baud", baud, "Bits a second on the wire")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void add_console_options(CLI::App& command, ConsoleOptions& options) {
  const char* const kScript = "Script";
  CLI::Option* send =
      command
          .add_option("--send", "Send this line when the board is ready for one (may be repeated)")
          ->type_name("TEXT")
          ->group(kScript);
  CLI::Option* until =
      command
          .add_option("--until",
                      "Wait until this ECMAScript pattern matches what comes (may be repeated)")
          ->type_name("PATTERN")
          ->group(kScript);
  for (CLI::Option* option : {send, until}) {
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  command
      .add_option("--timeout", options.timeout_s,
                  "Give up after so many seconds (default: after 300 without a word)")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber)
      ->group(kScript);
  command
      .add_option("--log", options.log, "Add all that comes to this file, each line with its time")
      ->type_name("FILE");
  command
      .add_option("--record", options.record,
                  "Have the board send records, and save them to this file, one JSON a line")
      ->type_name("FILE");
  command.add_flag("--raw", options.raw,
                   "Keys to the board and its bytes to the screen as they are");
  command.parse_complete_callback([&command, &options, send, until] {
    options.steps = steps_of(command, send, until);
    static_cast<void>(Script(options.steps));  // complains before anything is started
  });
}

void add_console_command(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("console", "Talk to a board on a serial port");
  command->footer(
      "At a terminal: Return sends a line, Ctrl-C or Esc stops a story, Ctrl-] leaves.\n"
      "A script's --send and --until happen in the order in which they are given. Without them,\n"
      "the lines of a standard input that is no terminal are sent; if it is empty, what comes is\n"
      "shown until --timeout or a signal. --send of a control character alone ($'\\x03', Ctrl-C)\n"
      "does not wait for the board.\n"
      "Exit code: 0 all came, 1 something did not come in time, 2 wrong options, 3 other "
      "failures,\n"
      "128 + signal when interrupted.");
  add_port_options(*command, options->port, options->baud);
  add_console_options(*command, options->console);
  command->callback([options] { run(*options); });
}

}  // namespace host
