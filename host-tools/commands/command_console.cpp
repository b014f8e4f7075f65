#include "host-tools/commands/console_options.h"

#include <memory>

#include "host-tools/commands/commands.h"
#include "host-tools/support/interrupts.h"
#include "host-tools/support/text_input.h"

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
std::vector<ScriptStep> steps_of(const Command& command, const Option* send, const Option* until) {
  std::vector<ScriptStep> steps;
  for (const auto& [option, text] : command.texts({send, until})) {
    if (option == until) {
      steps.push_back({ScriptStep::Kind::kUntil, text});
    } else {
      const bool is_key = is_control_key(text);
      steps.push_back({ScriptStep::Kind::kSend, is_key ? text : clean_line(text, "--send")});
    }
  }
  return steps;
}

}  // namespace

void add_port_options(Command& command, std::string& port, uint32_t& baud) {
  command.add_option("--port", port,
                     "Serial port, pseudo-terminal, or unix:PATH (default: the only USB adapter)");
  command.add_option("--baud", baud, "Bits per second on the wire")
      ->check(range(300u, 12'000'000u))
      ->show_default();
}

void add_console_options(Command& command, ConsoleOptions& options) {
  const char* const kScript = "Script";
  Option* send =
      command
          .add_option("--send", "Send this line when the board is ready for one (may be repeated)")
          ->type_name("TEXT")
          ->group(kScript);
  Option* until =
      command
          .add_option("--until",
                      "Wait until this ECMAScript pattern matches the output (may be repeated)")
          ->type_name("PATTERN")
          ->group(kScript);
  command
      .add_option("--timeout", options.timeout_s,
                  "Give up after this many seconds (default: after 300 without output)")
      ->type_name("SECONDS")
      ->check(duration())
      ->group(kScript);
  command
      .add_option("--log", options.log, "Append all output to this file, each line with its time")
      ->type_name("FILE");
  command
      .add_option(
          "--record", options.record,
          "Have the board send records, and save them to this file, one JSON object per line")
      ->type_name("FILE");
  command.add_flag("--raw", options.raw,
                   "Pass keys to the board and its bytes to the screen unchanged");
  command.when_parsed([&command, &options, send, until] {
    options.steps = steps_of(command, send, until);
    static_cast<void>(Script(options.steps));  // complains before anything is started
  });
}

void add_console_command(Command& app) {
  const auto options = std::make_shared<Options>();
  Command* command = app.add_subcommand("console", "Talk to a board on a serial port");
  command->footer(
      "At a terminal: Return sends a line, Ctrl-C or Esc stops a story, Ctrl-] leaves.\n"
      "A script's --send and --until happen in the order in which they are given. Without them,\n"
      "standard input's lines are sent unless it is a terminal; if it is empty, the output is\n"
      "shown until --timeout or a signal. --send of a control character alone ($'\\x03', Ctrl-C)\n"
      "does not wait for the board.\n"
      "Exit code: 0 all of it came, 1 something did not come in time, 2 wrong options, 3 other "
      "failures,\n"
      "128 + signal when interrupted.");
  add_port_options(*command, options->port, options->baud);
  add_console_options(*command, options->console);
  command->callback([options] { run(*options); });
}

}  // namespace host
