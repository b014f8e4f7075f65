#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/card/card_image.h"
#include "host-tools/commands/commands.h"
#include "host-tools/commands/console_options.h"
#include "host-tools/commands/renamed_option.h"
#include "host-tools/emulator/emulator.h"
#include "host-tools/emulator/story_reader.h"
#include "host-tools/serial/console_files.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/interrupts.h"
#include "llama/text/prompt_limits.h"

namespace host {

namespace {

struct Options {
  std::string card;
  std::string kernel;
  std::string serial;
  std::optional<std::string> prompt;
  // Settings of the card that have an option of their own, as typed.
  std::string steps, temperature, top_p, seed, ram_mib;
  std::vector<std::string> settings;
  bool hash = false;
  bool counts_instructions = false;
  ConsoleOptions console;
};

Settings make_settings(const Options& options) {
  Settings settings;
  const std::pair<const char*, const std::string*> named[] = {{"steps", &options.steps},
                                                              {"temperature", &options.temperature},
                                                              {"top_p", &options.top_p},
                                                              {"seed", &options.seed},
                                                              {"ram_mib", &options.ram_mib}};
  for (const auto& [key, value] : named) {
    if (!value->empty()) settings.emplace_back(key, *value);
  }
  if (options.hash) settings.emplace_back("hash", "1");
  for (const std::string& setting : options.settings) {
    const size_t equals = setting.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw Failure("--set " + setting + ": must be KEY=VALUE", 2);
    }
    settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return settings;
}

std::vector<std::string> lines_of_standard_input() {
  std::vector<std::string> lines;
  for (std::string line; std::getline(std::cin, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

void converse(EmulatorOptions machine_options, const Options& options, Interrupts& interrupts) {
  ConsoleOptions console = options.console;
  console.knocks = console.asks_for_records = false;
  Settings& settings = machine_options.settings;
  if (!console.record.empty()) settings.emplace_back("records", "1");
  if (options.prompt) settings.emplace_back("prompt", *options.prompt);
  Emulator machine(machine_options, &interrupts);
  const auto fail_with_qemu = [&] {
    if (machine.port().is_open()) return;
    machine.read(Emulator::Milliseconds(0));
    if (*machine.exit_code() != 0) {
      fail("QEMU failed ({}): {}", *machine.exit_code(), machine.qemu_messages());
    }
  };
  try {
    run_console(machine.port(), console);
  } catch (const Failure&) {
    fail_with_qemu();
    throw;
  }
  fail_with_qemu();
  if (!machine.is_running()) std::fprintf(stderr, "the machine switched itself off\n");
}

void tell_stories(const Options& options, EmulatorOptions machine_options,
                  const std::vector<std::string>& lines, Interrupts& interrupts) {
  Settings& settings = machine_options.settings;
  settings.emplace_back("records", "1");
  settings.emplace_back("autostart", lines.empty() ? "1" : "0");
  if (options.prompt) settings.emplace_back("prompt", *options.prompt);
  ConsoleFiles files(options.console.log, options.console.record);
  Emulator machine(machine_options, &interrupts);
  StoryReader::Limits limits;
  if (options.console.timeout_s) {
    limits.total =
        std::chrono::milliseconds(static_cast<int64_t>(*options.console.timeout_s * 1000));
  }
  StoryReader reader(machine, limits, options.hash, files);
  if (lines.empty()) reader.read_story();
  for (const std::string& line : lines) reader.type_line(line);
}

// For programs that open serial ports: the console is theirs, until the machine ends or a signal
// ends us.
void lend_console(const EmulatorOptions& machine_options, Interrupts& interrupts) {
  Emulator machine(machine_options, &interrupts);
  std::printf("%s\n", machine.serial_port().c_str());
  std::fflush(stdout);
  while (machine.is_running()) machine.read(std::chrono::hours(1));
  if (*machine.exit_code() != 0) {
    fail("QEMU failed ({}): {}", *machine.exit_code(), machine.qemu_messages());
  }
}

void run_emulate(const Options& options) {
  if (options.kernel.empty() && options.card.empty()) {
    throw Failure("say what to boot: a card image, or an image with --kernel", 2);
  }
  if (options.prompt && options.prompt->size() > llama::kMaxPromptBytes) {
    throw Failure(text("--prompt: has {} bytes, and the kernel takes {}", options.prompt->size(),
                       llama::kMaxPromptBytes),
                  2);
  }
  const bool has_console =
      options.console.is_script() || (!options.prompt && ::isatty(STDIN_FILENO) == 1);
  std::vector<std::string> lines;
  if (!options.prompt && !has_console && options.serial.empty()) lines = lines_of_standard_input();

  Interrupts interrupts;
  TemporaryFolder folder;
  EmulatorOptions machine_options;
  machine_options.card = options.card;
  machine_options.settings = make_settings(options);
  machine_options.counts_instructions = options.counts_instructions;
  machine_options.kernel = options.kernel;
  if (options.kernel.empty()) {
    const auto card = std::make_unique<CardImage>(options.card);
    machine_options.kernel = folder.path() / "kernel.img";
    write_file(machine_options.kernel, card->read_file("kernel.img"));
  }
  machine_options.serial = options.serial;
  machine_options.reboots = true;
  if (!options.serial.empty()) {
    lend_console(machine_options, interrupts);
  } else if (has_console) {
    converse(machine_options, options, interrupts);
  } else {
    tell_stories(options, machine_options, lines, interrupts);
  }
}

}  // namespace

void add_emulate_command(Command& app) {
  const Check is_whole(
      [](const std::string& word) {
        const bool is_number = word.find_first_not_of("0123456789") == std::string::npos;
        return is_number && !word.empty() ? "" : word + " is not a whole number";
      },
      "NUMBER");
  const auto options = std::make_shared<Options>();
  Command* command = app.add_subcommand("emulate", "Boot a card image in an emulated Pi Zero");
  command->footer(
      "With --prompt, or when standard input is not a terminal, only the generated text goes to\n"
      "standard output, and the program ends with the story. Otherwise, and with --send or "
      "--until,\n"
      "you get its console, as with a board (barellama console --help).");
  command->add_option("card", options->card, "Card image; it is not changed");
  command->add_option("--prompt", options->prompt,
                      "Beginning of the story, or a question to a model that chats");
  command
      ->add_option("--steps", options->steps,
                   "At most this many tokens, the prompt's included; in a chat, per answer")
      ->check(is_whole);
  command->add_option("--temperature", options->temperature, "0: always the likeliest token")
      ->check(non_negative_number());
  command
      ->add_option("--top-p", options->top_p,
                   "Choose among the likeliest tokens that make up this share")
      ->check(range(0.0, 1.0));
  command->add_option("--seed", options->seed, "Seed of the sampler; 0: another one each time")
      ->check(is_whole);
  add_renamed_option(*command, "--ram-mib", "--ram-mb", options->ram_mib,
                     "Use only this many MiB of the Pi's memory", positive_number());
  command->add_flag("--hash", options->hash,
                    "Have the console print a hash of all logits after the text");
  command->add_option("--set", options->settings, "KEY=VALUE: any other setting of the card")
      ->one_at_a_time();
  command->add_option("--kernel", options->kernel, "Kernel image (default: the card's kernel.img)");
  command->add_option("--serial", options->serial,
                      "unix:PATH or pty: let others open the console there, as a board's port; "
                      "its name is printed");
  command->add_flag("--icount", options->counts_instructions,
                    "Time by the count of instructions: slower, but the same in every run");
  add_console_options(*command, options->console);
  command->callback([options] { run_emulate(*options); });
}

}  // namespace host
