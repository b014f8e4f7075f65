#include "host-tools/command_run.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "host-tools/failure.h"
#include "host-tools/files.h"
#include "host-tools/kv_option.h"
#include "host-tools/model/host_model.h"
#include "host-tools/run_profile.h"
#include "host-tools/stop_on_signal.h"
#include "llama/logits_hash.h"

namespace host {
namespace {

struct Options {
  std::string model;
  std::string prompt;
  uint32_t steps = 0;
  llama::SamplerSettings sampling{.temperature = 0.8f};  // but for the seed
  std::optional<uint64_t> seed;
  uint32_t context = 0;
  llama::KvType kv = llama::KvType::kF32;
  std::optional<double> ram_mb;
  std::optional<std::string> logits;
  bool hash = false;
  bool json = false;
  RunProfile::Options profile;
};

class Output final : public base::TextSink {
 public:
  void write(std::string_view text) override {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }
};

// Hash and file of all logits, whichever was asked for.
class Observer final : public llama::LogitsObserver {
 public:
  explicit Observer(const std::optional<std::string>& path) : keeps_(path.has_value()) {}

  void observe(uint32_t position, std::span<const float> logits) override {
    hash_.observe(position, logits);
    if (!keeps_) return;
    for (const float logit : logits) {
      char bytes[4];
      base::store_le32(std::as_writable_bytes(std::span(bytes)), 0, std::bit_cast<uint32_t>(logit));
      content_.append(bytes, sizeof bytes);
    }
  }
  uint64_t hash() const { return hash_.value(); }
  const std::string& content() const { return content_; }

 private:
  llama::LogitsHash hash_;
  bool keeps_;
  std::string content_;
};

uint64_t seed_of(const Options& options) {
  if (options.seed) return *options.seed;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

double rate(uint64_t count, uint64_t time_us) {
  return time_us == 0 ? 0 : static_cast<double>(count) * 1e6 / static_cast<double>(time_us);
}

void report(const Options& options, HostModel& host, const llama::Generation& made, uint64_t seed) {
  const auto& weights = host.model().transformer().weights();
  // The first token comes out of the prompt; speed is that of the others.
  const uint64_t decode_us = made.total_us - made.prompt_us;
  const uint64_t decoded = made.tokens > 0 ? made.tokens - 1 : 0;
  if (options.json) {
    const nlohmann::ordered_json json = {
        {"reason", made.reason == llama::StopReason::kEnd ? "stop" : "length"},
        {"prompt_tokens", made.prompt_tokens},
        {"tokens", made.tokens},
        {"seed", seed},
        {"first_token_s", static_cast<double>(made.prompt_us) / 1e6},
        {"total_s", static_cast<double>(made.total_us) / 1e6},
        {"tokens_per_s", rate(decoded, decode_us)},
        {"memory_bytes", host.arena().high_water()},
        {"pinned_bytes", weights.pinned_bytes()},
        {"streamed_bytes_per_pass", weights.streamed_bytes()},
        {"bytes_read", weights.counters().bytes_read},
        {"crc_retries", weights.counters().crc_retries}};
    std::fprintf(stderr, "%s\n", json.dump().c_str());
  } else if (::isatty(STDERR_FILENO) == 1) {
    std::fprintf(stderr, "%u tokens, %.1f tokens/s, first after %.3f s, seed %" PRIu64 "\n",
                 made.tokens, rate(decoded, decode_us), static_cast<double>(made.prompt_us) / 1e6,
                 seed);
  }
}

void run_run(const Options& options) {
  StopOnSignal signal;
  const bool observes = options.hash || options.logits;
  std::optional<uint64_t> ram_bytes;
  if (options.ram_mb) ram_bytes = static_cast<uint64_t>(*options.ram_mb * 1048576) / 32 * 32;
  // Before the work, so that a place that cannot be written to is known at once.
  std::optional<PendingFile> logits_file;
  if (options.logits) logits_file.emplace(*options.logits);
  RunProfile profile(options.profile);
  HostModel host(options.model, {.ram_bytes = ram_bytes,
                                 .context = options.context,
                                 .kv = options.kv,
                                 .all_logits = observes,
                                 .max_prompt_bytes = std::max<size_t>(options.prompt.size(), 1),
                                 .profiler = profile.profiler(),
                                 .profile_spans = profile.spans()});
  Observer observer(options.logits);
  Output output;
  llama::SamplerSettings sampling = options.sampling;
  const uint64_t seed = sampling.seed = seed_of(options);
  profile.begin(host, std::filesystem::path(options.model).filename().string());
  const auto made = host.model().generate({.prompt = options.prompt,
                                           .steps = options.steps,
                                           .sampling = sampling,
                                           .interrupt = &signal,
                                           .observer = observes ? &observer : nullptr},
                                          output);
  if (made.ok()) output.write("\n");
  profile.end(host, made, seed);
  require_ok(made.status(), options.model);
  if (options.hash) {
    std::printf("logits-hash: %016" PRIx64 "\n", observer.hash());
  }
  if (logits_file) {
    write_file(logits_file->path(), observer.content());
    logits_file->commit();
  }
  report(options, host, *made, seed);
}

void add_sampling_options(CLI::App& command, llama::SamplerSettings& sampling) {
  command
      .add_option("-t,--temperature", sampling.temperature,
                  "0: always the likeliest token (default 0.8)")
      ->check(CLI::Range(0.0f, 100.0f));
  command
      .add_option("--top-p", sampling.top_p,
                  "Choose among the likeliest tokens of this share (default 0.9; 1: among all)")
      ->check(CLI::Range(0.0f, 1.0f));
  command.add_option("--top-k", sampling.top_k,
                     "Choose among so many of the likeliest tokens (default 0: among all)");
  command
      .add_option("--min-p", sampling.min_p,
                  "Leave out tokens less likely than this share of the likeliest (default 0)")
      ->check(CLI::Range(0.0f, 1.0f));
  command
      .add_option("--repeat-penalty", sampling.repeat_penalty,
                  "Make tokens that were there before less likely (default 1: not at all)")
      ->check(CLI::Range(0.01f, 100.0f));
  command.add_option("--repeat-last", sampling.repeat_last,
                     "How many tokens before count for that, the prompt's included (default 64)");
}

}  // namespace

void add_run_command(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run", "Generate text on this machine, as the Pi does");
  command->footer(
      "The text goes to standard output, statistics to standard error. The same model, prompt,\n"
      "seed and settings give the same text here, in the emulator and on a Pi.");
  command->add_option("model", options->model, "A .blm file")->required();
  command->add_option("-p,--prompt", options->prompt, "Begin of the text");
  command->add_option("-n,--steps", options->steps,
                      "Positions to run, the prompt's included (default: the whole context)");
  add_sampling_options(*command, options->sampling);
  command->add_option("-s,--seed", options->seed, "Seed of the sampler, not 0 (default: the time)");
  command->add_option("--ctx", options->context,
                      "Positions to have room for (default: what the model was made for)");
  add_kv_option(*command, options->kv);
  command
      ->add_option("--ram-mb", options->ram_mb,
                   "Use so many MiB only, and stream what does not fit (default: enough for all)")
      ->check(CLI::PositiveNumber);
  command->add_option("--logits", options->logits,
                      "Write the logits of every position to this file, as float32");
  command->add_flag("--hash", options->hash, "Print a hash of all logits after the text");
  command->add_flag("--json", options->json, "Statistics as one line of JSON on standard error");
  command->add_flag("--stats", options->profile.stats,
                    "Where the time went, on standard error: by operation and by layer");
  CLI::Option* record =
      command->add_option("--record", options->profile.record_path,
                          "Measure each token, and save the records to this file, one JSON a line");
  command->add_flag("--trace", options->profile.traces, "Each step of each token among the records")
      ->needs(record);
  command->callback([options] { run_run(*options); });
}

}  // namespace host
