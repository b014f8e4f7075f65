#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/commands/commands.h"
#include "host-tools/commands/kv_option.h"
#include "host-tools/commands/renamed_option.h"
#include "host-tools/model/model_plan.h"
#include "host-tools/support/failure.h"

namespace host {
namespace {

constexpr uint32_t kMostTokens = 1u << 20;

struct Options {
  std::string model;
  BoardOptions board;
  std::optional<double> card_mb_s;
  double core_mhz = llama::Pace().core_hz / 1e6;
  std::string pace;
  uint32_t prompt = 32;
  bool json = false;
  std::vector<uint32_t> positions;  // of tokens whose time is shown, too
};

double mib(uint64_t bytes) { return static_cast<double>(bytes) / 1048576; }

void show_bytes(const char* what, uint64_t bytes, const std::string& more = "") {
  std::printf("  %-26s %10.2f MiB %s\n", what, mib(bytes), more.c_str());
}

void show_memory(const llama::Plan& plan) {
  char text[128];
  std::printf("memory\n");
  std::snprintf(text, sizeof text, "%u positions in %s", plan.context, llama::name_of(plan.kv));
  show_bytes("KV cache", plan.kv_bytes, text);
  std::snprintf(text, sizeof text, "activations of %u tokens at once, logits, prompt",
                plan.columns);
  show_bytes("state", plan.state_bytes, text);
  show_bytes("buffers", plan.buffer_bytes, "for what streams");
  show_bytes("tables", plan.table_bytes, "directory, tokenizer, norms, profile");
  std::snprintf(text, sizeof text, "of %.2f MiB of weights that a token needs",
                mib(plan.matrix_bytes));
  show_bytes("pinned", plan.pinned_bytes, text);
  std::snprintf(text, sizeof text, "%llu bytes, of %.2f MiB",
                static_cast<unsigned long long>(plan.peak_bytes), mib(plan.ram_bytes));
  show_bytes("peak", plan.peak_bytes, text);
}

void show_time(const std::string& what, const llama::PassTime& time, uint32_t tokens = 1) {
  std::printf(
      "  %-26s %10.4f s %9.3f tokens/s   card %.4f s, core %.4f s, rows %.4f s: the %s is the "
      "limit\n",
      what.c_str(), time.total_s, tokens / time.total_s, time.card_s, time.core_s, time.row_s,
      time.card_is_limit() ? "card" : "core");
}

llama::Pace pace_of(const Options& options) {
  llama::Pace pace;
  require_ok(pace.apply(options.pace), "--pace");
  if (options.card_mb_s) pace.card_bytes_per_s = *options.card_mb_s * 1e6;
  pace.core_hz = options.core_mhz * 1e6;
  return pace;
}

nlohmann::ordered_json to_json(const llama::PassTime& time) {
  return {{"total_s", time.total_s},
          {"card_s", time.card_s},
          {"core_s", time.core_s},
          {"row_s", time.row_s}};
}

// The same for programs, with the tokens of --position.
void write_json(const Options& options, const llama::Plan& plan, const llama::Pace& pace) {
  nlohmann::ordered_json json = {{"model", options.model},
                                 {"context", plan.context},
                                 {"kv", llama::name_of(plan.kv)},
                                 {"columns", plan.columns},
                                 {"ram_bytes", plan.ram_bytes},
                                 {"kv_bytes", plan.kv_bytes},
                                 {"state_bytes", plan.state_bytes},
                                 {"buffer_bytes", plan.buffer_bytes},
                                 {"table_bytes", plan.table_bytes},
                                 {"pinned_bytes", plan.pinned_bytes},
                                 {"peak_bytes", plan.peak_bytes},
                                 {"matrix_bytes", plan.matrix_bytes},
                                 {"streamed_bytes", plan.streamed_bytes},
                                 {"row_bytes", plan.row_bytes},
                                 {"layer_macs", plan.layer_macs},
                                 {"classifier_macs", plan.classifier_macs},
                                 {"attention_macs", plan.attention_macs}};
  for (const uint32_t position : options.positions) {
    auto token = to_json(plan.token(pace, position));
    token["position"] = position;
    json["tokens"].push_back(token);
  }
  json["prompt"] = to_json(plan.prompt(pace, options.prompt));
  json["prompt"]["tokens"] = options.prompt;
  std::printf("%s\n", json.dump().c_str());
}

void run_plan(const Options& options) {
  const llama::Pace pace = pace_of(options);
  const llama::Plan plan = plan_for_board(options.model, options.board);
  for (const uint32_t position : options.positions) {
    if (position < plan.context) continue;
    throw Failure(
        text("--position {}: the context has {} positions, from 0 on", position, plan.context), 2);
  }
  if (options.json) return write_json(options, plan, pace);
  std::printf("%s on a board with %g MiB\n\n", options.model.c_str(), options.board.ram_mib);
  show_memory(plan);
  std::printf("\ntime, with a card of %g MB/s and a core of %g MHz, keys and values in %s\n",
              pace.card_bytes_per_s / 1e6, options.core_mhz, llama::name_of(plan.kv));
  std::printf("  %-26s %10.2f MB\n", "from the card per token",
              static_cast<double>(plan.card_bytes_a_token()) / 1e6);
  show_time("a token at the beginning", plan.token(pace, 0));
  for (const uint32_t position : options.positions) {
    show_time(text("a token at position {}", position), plan.token(pace, position));
  }
  show_time("a token at the end", plan.token(pace, plan.context - 1));
  show_time(text("a prompt of {} tokens", options.prompt), plan.prompt(pace, options.prompt),
            options.prompt);
}

}  // namespace

void add_plan_command(Command& app) {
  const auto options = std::make_shared<Options>();
  Command* command =
      app.add_subcommand("plan", "Show what a model takes of a board, and how fast it runs there");
  command->footer(
      "Memory is exact: the kernel's own code adds it up. Time is an estimate, within 5 % of what "
      "the\n"
      "emulated board takes: the core multiplies while the card sends, so that a token takes as "
      "long\n"
      "as the slower of the two. A MiB is 2^20 bytes, a MB 10^6.");
  command->add_option("model", options->model, "A .blm file")->required();
  add_renamed_option(*command, "--ram-mib", "--ram-mb", options->board.ram_mib,
                     "MiB for the model and its state, as the setting ram_mib (default 496)",
                     range(0.001, 4096.0));
  command->add_option("--ctx", options->board.context,
                      "Positions to have room for (default: the model's, in half of the memory)");
  add_kv_option(*command, options->board.kv);
  command->add_option("--card-mb-s", options->card_mb_s, "What the card sends (default 20)")
      ->check(range(0.001, 100'000.0));
  command->add_option("--core-mhz", options->core_mhz, "The core's clock (default 1000)")
      ->check(range(0.001, 100'000.0));
  command->add_option("--pace", options->pace,
                      "What the board's /bench printed, as the setting pace");
  command->add_option("--prompt", options->prompt, "Tokens of a prompt (default 32)")
      ->check(range(1u, kMostTokens));
  command->add_option("--position", options->positions, "A token there, too; may be repeated")
      ->one_at_a_time();
  command->add_flag("--json", options->json, "All figures as one line of JSON");
  command->callback([options] { run_plan(*options); });
}

}  // namespace host
