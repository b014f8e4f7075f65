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
#include "host-tools/support/text_input.h"
#include "kernel/settings/settings.h"
#include "llama/text/prompt_limits.h"

namespace host {

namespace {

struct Options {
  std::string card;
  std::string kernel;
  std::string serial;
  std::optional<std::string> prompt, prompt_file;
  // Settings of the card that have an option of their own, as typed.
  std::string steps, temperature, top_p, seed, ram_mib;
  std::vector<std::string> settings;
  bool hash = false;
  bool counts_instructions = false;
  ConsoleOptions console;
};

// As the kernel would take it.
void check_setting(const char* option, const char* key, const std::string& value) {
  kernel::Settings settings;
  const base::Status taken = kernel::apply_setting(settings, key, value);
  if (!taken.ok()) throw Failure(text("{} {}: {}", option, value, text(taken)), 2);
}

Settings make_settings(const Options& options) {
  struct Named {
    const char* option;
    const char* key;
    const std::string& value;
  };
  const Named all[] = {{"--steps", "steps", options.steps},
                       {"--temperature", "temperature", options.temperature},
                       {"--top-p", "top_p", options.top_p},
                       {"--seed", "seed", options.seed},
                       {"--ram-mib", "ram_mib", options.ram_mib}};
  Settings settings;
  for (const Named& one : all) {
    if (one.value.empty()) continue;
    check_setting(one.option, one.key, one.value);
    settings.emplace_back(one.key, one.value);
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

void run_emulate(Options options) {
  if (options.prompt) options.prompt = clean_text(*options.prompt, "--prompt");
  if (options.prompt_file) options.prompt = read_prompt(*options.prompt_file);
  if (options.kernel.empty() && options.card.empty()) {
    throw Failure("say what to boot: a card image, or an image with --kernel", 2);
  }
  if (options.prompt && options.prompt->size() > llama::kMaxPromptBytes) {
    throw Failure(text("{}: has {} bytes, and the kernel takes {}",
                       options.prompt_file ? "--prompt-file" : "--prompt", options.prompt->size(),
                       llama::kMaxPromptBytes),
                  2);
  }
  const bool has_console =
      options.console.is_script() || (!options.prompt && ::isatty(STDIN_FILENO) == 1);
  std::vector<std::string> lines;
  if (!options.prompt && !has_console && options.serial.empty()) {
    lines = read_lines(std::cin, "standard input");
  }

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
  const auto options = std::make_shared<Options>();
  Command* command = app.add_subcommand("emulate", "Boot a card image in an emulated Pi Zero");
  command->footer(
      "With --prompt, or when standard input is not a terminal, only the generated text goes to\n"
      "standard output, and the program ends with the story. Otherwise, and with --send or "
      "--until,\n"
      "you get its console, as with a board (barellama console --help).");
  command->add_option("card", options->card, "Card image; it is not changed");
  Option* prompt = command->add_option(
      "--prompt", options->prompt, "Beginning of the story, or a question to a model that chats");
  command
      ->add_option("--prompt-file", options->prompt_file,
                   "The same from a file of text in UTF-8; -: standard input")
      ->type_name("FILE")
      ->excludes(prompt);
  command
      ->add_option("--steps", options->steps,
                   "At most this many tokens, the prompt's included; in a chat, per answer")
      ->check(whole_number());
  command->add_option("--temperature", options->temperature, "0: always the likeliest token")
      ->check(range(0.0, 100.0));
  command
      ->add_option("--top-p", options->top_p,
                   "Choose among the likeliest tokens that make up this share")
      ->check(range(0.0, 1.0));
  command->add_option("--seed", options->seed, "Seed of the sampler; 0: another one each time")
      ->check(whole_number());
  add_renamed_option(*command, "--ram-mib", "--ram-mb", options->ram_mib,
                     "Use only this many MiB of the Pi's memory", range(0.001, 4096.0));
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
