#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/commands/commands.h"
#include "host-tools/commands/console_options.h"
#include "host-tools/console/console.h"
#include "host-tools/push/push_driver.h"
#include "host-tools/push/push_images.h"
#include "host-tools/serial/port.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/interrupts.h"
#include "kernel/settings/settings.h"

namespace host {

namespace {

struct Options {
  std::string kernel;
  std::string ram_disk;
  std::string port;
  uint32_t baud = PushOptions{}.baud;
  bool no_console = false;
  std::vector<std::string> settings;  // KEY=VALUE
  std::vector<std::string> rest;      // after --: the console's options, and settings
  ConsoleOptions console;
};

// What comes after `--`: the console's options, and settings.
void parse_rest(Options& options, std::vector<std::string>& settings) {
  CommandLine line("console", "");
  ConsoleOptions console = options.console;
  add_console_options(line.command(), console);
  line.command().add_option("settings", settings, "");
  line.parse(options.rest, "after --: ");
  if (console.steps.empty()) console.steps = options.console.steps;
  options.console = console;
}

Settings parse_settings(const std::vector<std::string>& words) {
  Settings settings;
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw Failure(word + ": must be a setting, KEY=VALUE", 2);
    }
    settings.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return settings;
}

// The speed of the kernel's console, as the kernel reads it.
uint32_t console_baud(const Settings& settings) {
  kernel::Settings taken;
  taken.baud = Port::kDefaultBaud;
  for (const auto& [key, value] : settings) {
    if (key != "baud") continue;
    const base::Status status = kernel::apply_setting(taken, key, value);
    if (!status.ok()) throw Failure(text("{}={}: {}", key, value, text(status)), 2);
  }
  return taken.baud;
}

void run_push(Options options) {
  std::vector<std::string> words;
  parse_rest(options, words);
  words.insert(words.begin(), options.settings.begin(), options.settings.end());
  const Settings settings = parse_settings(words);
  PushOptions push_options;
  push_options.baud = options.baud;
  push_options.kernel_baud = console_baud(settings);

  Interrupts interrupts;
  const PushImages images =
      read_push_images(options.kernel, options.ram_disk, settings, interrupts);
  if (options.console.timeout_s) {
    push_options.wait =
        std::chrono::milliseconds(static_cast<int64_t>(*options.console.timeout_s * 1000));
  }
  const auto port = open_port(options.port, Port::kDefaultBaud, &interrupts);
  const PushReport report = push(*port, images, push_options, interrupts);
  std::fprintf(stderr, "pushed %llu bytes in %.1f s (%.1f kB/s) at %u baud\n",
               static_cast<unsigned long long>(report.bytes), report.seconds,
               static_cast<double>(report.bytes) / 1000 / std::max(report.seconds, 1e-3),
               report.baud);
  if (options.no_console) return;
  if (!port->set_baud(push_options.kernel_baud)) {
    fail("{}: can't be set to {} baud, the speed of the kernel's console", port->name(),
         push_options.kernel_baud);
  }
  run_console(*port, options.console);
}

}  // namespace

void add_push_command(Command& app, const std::vector<std::string>& rest) {
  const auto options = std::make_shared<Options>();
  options->rest = rest;
  Command* command = app.add_subcommand("push", "Start a kernel on a board, over the serial line");
  command->footer(
      "The board's card has the boot loader as its kernel.img. A board that already runs our "
      "kernel\n"
      "restarts into it by itself; switch any other board off and on. If the kernel's console is "
      "not\n"
      "at 115200 baud, the setting `baud` must say its speed.\n"
      "Settings are those of the card's barellama.ini, and win over them.");
  command->add_option("kernel", options->kernel, "Kernel image (kernel.img)")->required();
  command->add_option("settings", options->settings,
                      "KEY=VALUE for the kernel; options after -- are the console's");
  command
      ->add_option("--initrd", options->ram_disk,
                   "Model (.blm) or card image for the board's memory, in place of a card")
      ->type_name("FILE");
  add_port_options(*command, options->port, options->baud);
  command->add_flag("--no-console", options->no_console, "End when the kernel has been started");
  add_console_options(*command, options->console);
  command->callback([options] { run_push(*options); });
}

}  // namespace host
