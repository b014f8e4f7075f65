#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "host-tools/commands/commands.h"
#include "host-tools/commands/kv_option.h"
#include "host-tools/commands/stop_on_signal.h"
#include "host-tools/model/host_model.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/progress.h"
#include "host-tools/support/text_input.h"
#include "llama/text/utf8.h"

namespace host {
namespace {

struct Options {
  std::string model;
  std::string text;
  uint32_t context = 0;
  llama::KvType kv = llama::KvType::kF32;
  bool json = false;
};

class Bar final : public llama::PerplexityProgress {
 public:
  void measured(const llama::Perplexity& so_far, uint64_t of_tokens) override {
    if (!bar_) bar_.emplace("measuring", of_tokens);
    bar_->update(so_far.tokens);
  }

 private:
  std::optional<Progress> bar_;
};

std::string read_valid_text(const std::string& path) {
  const std::string text = read_text(path);
  const size_t invalid = llama::find_invalid_utf8(text);
  if (invalid != text.size())
    fail("{}: is not valid UTF-8 from byte {} on", path == "-" ? "standard input" : path, invalid);
  return text;
}

void report(const Options& options, uint32_t context, const llama::Perplexity& measured) {
  const double mean = measured.nats / static_cast<double>(measured.tokens);
  if (options.json) {
    const nlohmann::ordered_json json = {
        {"model", std::filesystem::path(options.model).filename().string()},
        {"text", options.text},
        {"perplexity", measured.value()},
        {"tokens", measured.tokens},
        {"nats", measured.nats},
        {"context", context},
        {"kv", llama::name_of(options.kv)}};
    std::printf("%s\n", json.dump().c_str());
  } else {
    std::printf("perplexity %.4f over %" PRIu64
                " tokens (%.4f nats, %.4f bits per token; windows of %u, kv %s)\n",
                static_cast<double>(measured.value()), measured.tokens, mean, mean / std::log(2.0),
                context, llama::name_of(options.kv));
  }
}

void run_perplexity(const Options& options) {
  StopOnSignal signal;
  const std::string text = read_valid_text(options.text);
  HostModel host(options.model, {.ram_bytes = std::nullopt,
                                 .context = options.context,
                                 .kv = options.kv,
                                 .all_logits = true,
                                 .max_prompt_bytes = 1});
  llama::Model& model = host.model();
  const auto ids = encode_text(model.tokenizer(), text, llama::AddBos::kYes, options.text);
  const auto measured = [&] {
    Bar bar;
    return llama::measure_perplexity(model.transformer(), ids, model.tokenizer().vocabulary().bos(),
                                     &signal, &bar);
  }();
  report(options, model.transformer().context(), require_value(measured, options.text));
}

}  // namespace

void add_perplexity_command(Command& app) {
  const auto options = std::make_shared<Options>();
  Command* command = app.add_subcommand("perplexity", "Measure how well a model predicts a text");
  command->footer(
      "Perplexity is exp(-ln(probability) of a token, on average): the lower, the better. Compare\n"
      "the same text and context only. The text is cut into windows as long as the context; every\n"
      "token but the first of a window without BOS counts. The console's /perplexity gives the\n"
      "same figure for a text that fits into one window.");
  command->add_option("model", options->model, "A .blm file")->required();
  command->add_option("--text", options->text, "A file of text in UTF-8; -: standard input")
      ->required();
  command->add_option("--ctx", options->context,
                      "Positions of a window (default: what the model was made for)");
  add_kv_option(*command, options->kv);
  command->add_flag("--json", options->json, "The result as one line of JSON");
  command->callback([options] { run_perplexity(*options); });
}

}  // namespace host
