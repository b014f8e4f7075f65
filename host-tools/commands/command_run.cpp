#include <unistd.h>

#include <memory>
#include <optional>
#include <string>

#include "host-tools/commands/commands.h"
#include "host-tools/commands/kv_option.h"
#include "host-tools/commands/renamed_option.h"
#include "host-tools/commands/run_model.h"
#include "host-tools/support/text_input.h"

namespace host {
namespace {

void add_sampling_options(Command& command, llama::SamplerSettings& sampling) {
  command
      .add_option("-t,--temperature", sampling.temperature,
                  "0: always the likeliest token (default 0.8)")
      ->check(range(0.0f, 100.0f));
  command
      .add_option(
          "--top-p", sampling.top_p,
          "Choose among the likeliest tokens that make up this share (default 0.9; 1: among all)")
      ->check(range(0.0f, 1.0f));
  command.add_option("--top-k", sampling.top_k,
                     "Choose among this many of the likeliest tokens (default 0: among all)");
  command
      .add_option("--min-p", sampling.min_p,
                  "Leave out tokens less likely than this share of the likeliest (default 0)")
      ->check(range(0.0f, 1.0f));
  command
      .add_option("--repeat-penalty", sampling.repeat_penalty,
                  "Make the last tokens less likely to come again (default 1: not at all)")
      ->check(range(0.01f, 100.0f));
  command.add_option(
      "--repeat-last", sampling.repeat_last,
      "How many tokens --repeat-penalty looks back, the prompt's included (default 64)");
}

struct Texts {
  std::optional<std::string> prompt, prompt_file;
};

// What is piped in continues as a prompt does; of a chat, its lines are questions.
void take_prompt(const Texts& texts, RunOptions& options) {
  if (texts.prompt) {
    options.prompt = clean_text(*texts.prompt, "--prompt");
  } else if (texts.prompt_file) {
    options.prompt = read_prompt(*texts.prompt_file);
  } else if (!options.chat && ::isatty(STDIN_FILENO) != 1) {
    options.prompt = read_prompt("-");
  }
  options.system = clean_text(options.system, "--system");
}

}  // namespace

void add_run_command(Command& app) {
  const auto options = std::make_shared<RunOptions>();
  Command* command = app.add_subcommand("run", "Generate text on this machine, as the Pi does");
  command->footer(
      "The text goes to standard output, statistics to standard error. The same model, prompt,\n"
      "seed and settings give the same text here, in the emulator and on a Pi.");
  command->add_option("model", options->model, "A .blm file")->required();
  const auto texts = std::make_shared<Texts>();
  Option* prompt = command->add_option(
      "-p,--prompt", texts->prompt,
      "Beginning of the text, also for a model that chats; with --chat, a question");
  command
      ->add_option("--prompt-file", texts->prompt_file,
                   "The same from a file of text in UTF-8; -: standard input, which is the prompt "
                   "anyway where a program pipes it in")
      ->type_name("FILE")
      ->excludes(prompt);
  Option* chat = command->add_flag(
      "--chat", options->chat,
      "Talk with the model: an answer to --prompt, or to each line of standard input");
  command
      ->add_option("--system", options->system,
                   "System prompt of the conversation (default: that of the model's template; "
                   "none: nothing)")
      ->needs(chat);
  command->add_option("-n,--steps", options->steps,
                      "Positions to run, the prompt's included; of a chat, tokens of an answer "
                      "(default: the whole context)");
  command->add_flag("--ignore-eos", options->ignore_eos,
                    "Go on where the model would end its text or answer, up to --steps");
  add_sampling_options(*command, options->sampling);
  Option* seed = command->add_option(
      "-s,--seed", options->seed,
      "Seed of the sampler; 0: another one each time, which is printed (default 0)");
  command->add_option("--ctx", options->context,
                      "Positions to have room for (default: what the model was made for)");
  add_kv_option(*command, options->kv);
  add_renamed_option(*command, "--ram-mib", "--ram-mb", options->ram_mib,
                     "Use only this many MiB, and stream what does not fit (default: enough for "
                     "all)",
                     range(0.001, 1048576.0));
  command->add_option("--logits", options->logits,
                      "Write the logits of every position to this file, as float32");
  command->add_flag("--hash", options->hash, "Print a hash of all logits after the text");
  command->add_flag("--json", options->json, "Statistics as one line of JSON on standard error");
  command->add_flag("--stats", options->profile.stats,
                    "Where the time went, on standard error: by operation and by layer");
  Option* record = command->add_option(
      "--record", options->profile.record_path,
      "Measure each token, and save the records to this file, one JSON object per line");
  command->add_flag("--trace", options->profile.traces, "Each step of each token among the records")
      ->needs(record);
  command->callback([options, texts, command, seed] {
    take_prompt(*texts, *options);
    options->is_seed_told = options->seed == 0 && !command->texts({seed}).empty();
    run_model(*options);
  });
}

}  // namespace host
