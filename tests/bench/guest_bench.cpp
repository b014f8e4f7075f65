#include "tests/bench/guest_bench.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "llama/profiler.h"
#include "tests/bench/guest_story.h"
#include "tests/bench/model_work.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

// A good card's (docs/sd-card.md), and the core's.
constexpr double kCardBytesPerSecond = 20e6;
constexpr double kCyclesPerSecond = 1e9;
// The console, as it is if no setting says otherwise: with start and stop bit.
constexpr double kBaud = 115200, kBitsPerCharacter = 10;

// The context is half full with the first token that is measured. Of smaller models several
// are measured, as single ones differ a little.
constexpr uint32_t kStoryPosition = 127, kStoryTokens = 2;
constexpr uint64_t kSmallModelBytes = 4 << 20;
constexpr const char* kStoryPrompt = "Once upon a time";
// Goes on beyond the last position that is measured, in any vocabulary.
constexpr const char* kLongPrompt =
    "Once upon a time there was a little girl who lived in a small house near a big forest with "
    "her mother and her old grey cat.";
constexpr uint32_t kPromptFirst = 8, kPromptEnd = 16;

// Entered when the console has written its prompt.
constexpr const char* kReadLine = "kernel::Console::read_line";

// "..., 12.3 MB streamed per token": what the kernel says of a model when it has loaded it.
double streamed_bytes(const std::string& console) {
  constexpr std::string_view kUnit = " MB streamed per token";
  const size_t end = console.find(kUnit);
  if (end == std::string::npos) return 0;
  const size_t begin = console.rfind(' ', end - 1) + 1;
  double megabytes = 0;
  std::from_chars(console.data() + begin, console.data() + end, megabytes);
  return megabytes * 1e6;
}

class Bench {
 public:
  Bench(const fs::path& model, const std::string& kv, const fs::path& kernel,
        const fs::path& plugin, host::Interrupts& interrupts)
      : model_(model),
        kv_(kv),
        interrupts_(interrupts),
        is_small_(fs::file_size(model) < kSmallModelBytes),
        prompt_tokens_(count_tokens(model, kStoryPrompt)) {
    options_.kernel = kernel;
    options_.card = make_card(model, kernel, folder_.path(), interrupts);
    counter_.plugin = plugin;
    counter_.elf = fs::path(kernel).replace_extension(".elf");
    counter_.bandwidths.assign(kBandwidths.begin(), kBandwidths.end());
  }

  // Where the profiler's table is, is the same each time: asked for once, and then watched, without
  // the records, which would be a part of the output.
  Stretch measure_scopes(const llama::ModelConfig& config) {
    profile_ = "on";
    counter_.bandwidths = {kBandwidths[kUsualBandwidth]};
    counter_.warm_up = 0;
    counter_.from = host::text("{}:1", kSample);
    counter_.to = host::text("{}:2", kSample);
    counter_.scopes =
        scope_table(first_record(tell(kStoryPrompt, prompt_tokens_ + 2).console, "model"), config,
                    ScopesOf::kToken);
    records_ = "0";
    return measure_story();
  }

  Stretch measure(const StretchRequest& request) {
    counter_.bandwidths = {kBandwidths[kUsualBandwidth]};
    ram_mib_ = request.ram_mib;
    return request.is_prompt ? measure_prompt() : measure_story(request.position);
  }

  Stretch measure_story(uint32_t position = kStoryPosition) {
    const uint32_t tokens = is_small_ ? kStoryTokens : 1;
    // The prompt's last pass gives the first token to be sampled, whose pass is of the position
    // after the prompt.
    const uint32_t first_sample = position - prompt_tokens_ + 1;
    // A token of a model that is larger than the caches by far finds nothing there in any case.
    counter_.warm_up = is_small_ ? 1 : 0;
    counter_.from = host::text("{}:{}", kSample, first_sample);
    counter_.to = host::text("{}:{}", kSample, first_sample + tokens);
    return stretch_of(tell(kStoryPrompt, position + tokens + 2), position, tokens);
  }

  Stretch measure_prompt() {
    counter_.warm_up = 0;  // each pass is one of eight tokens
    counter_.from = host::text("{}:{}", kForward, kPromptFirst / kBenchColumns + 1);
    counter_.to = host::text("{}:{}", kForward, kPromptEnd / kBenchColumns + 1);
    const GuestRun run = tell(kLongPrompt, kPromptEnd + 1);
    const uint32_t prompt_tokens = first_record(run.console, "end").at("prompt_tokens");
    if (prompt_tokens <= kPromptEnd) {
      host::fail("{}: the prompt has only {} tokens", model_.string(), prompt_tokens);
    }
    return stretch_of(run, kPromptFirst, kPromptEnd - kPromptFirst);
  }

 private:
  static Stretch stretch_of(const GuestRun& run, uint32_t first_position, uint32_t tokens) {
    Stretch stretch;
    stretch.first_position = first_position;
    stretch.end_position = first_position + tokens;
    stretch.machines = run.machines;
    stretch.functions = run.functions;
    stretch.scopes = run.scopes;
    stretch.streamed_bytes = streamed_bytes(run.console);
    return stretch;
  }

  GuestRun tell(const char* prompt, uint32_t steps) {
    options_.settings = {{"model", model_.filename().string()},
                         {"prompt", prompt},
                         {"ctx", std::to_string(kBenchContext)},
                         {"kv", kv_},
                         {"ram_mib", host::text("{}", ram_mib_)},
                         {"steps", std::to_string(steps)},
                         {"temperature", "0"},
                         {"seed", "1"},
                         {"autostart", "1"},
                         {"records", records_},
                         {"profile", profile_},
                         {"poweroff", "1"}};
    return count_guest(options_, counter_, kPatience, &interrupts_);
  }

  const fs::path& model_;
  const std::string& kv_;
  host::Interrupts& interrupts_;
  bool is_small_;
  uint32_t prompt_tokens_;  // of kStoryPrompt
  double ram_mib_ = 0;
  std::string profile_ = "off", records_ = "1";
  host::TemporaryFolder folder_;
  host::EmulatorOptions options_;
  GuestCounter counter_;
};

void add_work(Stretch& stretch, const llama::ModelConfig& config, uint64_t macs_per_token) {
  stretch.matrix_macs = static_cast<int64_t>(macs_per_token * stretch.tokens());
  for (uint32_t at = stretch.first_position; at < stretch.end_position; ++at) {
    stretch.attention_macs += static_cast<int64_t>(attention_macs(config, at));
  }
}

double bytes_per_weight(const std::string& type) {
  constexpr double kScale = 2.0 / 32;  // 16 bits for each 32
  if (type == "f32") return 4;
  return (type == "q4_0" ? 0.5 : 1) + kScale;
}

}  // namespace

double Stretch::instructions_per_mac() const {
  return static_cast<double>(counts().instructions) /
         static_cast<double>(matrix_macs + attention_macs);
}

double Stretch::tokens_per_second(size_t machine) const {
  const double core = per_token(machines[machine].cycles) / kCyclesPerSecond;
  return 1 / std::max(core, streamed_bytes / kCardBytesPerSecond);
}

GuestFigures measure_guest(const fs::path& model, const std::string& kv, const fs::path& kernel,
                           const fs::path& plugin, host::Interrupts& interrupts) {
  Bench bench(model, kv, kernel, plugin, interrupts);
  const ModelFacts facts = read_facts(model);
  GuestFigures figures;
  figures.model = model.filename().string();
  figures.weight_type = facts.weight_type;
  figures.kv_type = kv;
  figures.story = bench.measure_story();
  figures.prompt = bench.measure_prompt();
  add_work(figures.story, facts.config, matrix_macs(facts.config));
  add_work(figures.prompt, facts.config, matrix_macs(facts.config) - classifier_macs(facts.config));
  figures.bound =
      1e6 * kBandwidths[kUsualBandwidth] /
      (static_cast<double>(matrix_macs(facts.config)) * bytes_per_weight(facts.weight_type));
  return figures;
}

ScopeFigures measure_scopes(const fs::path& model, const std::string& kv, const fs::path& kernel,
                            const fs::path& plugin, host::Interrupts& interrupts) {
  const Stretch story =
      Bench(model, kv, kernel, plugin, interrupts).measure_scopes(read_facts(model).config);
  ScopeFigures figures;
  figures.model = model.filename().string();
  figures.first_position = story.first_position;
  figures.tokens = story.tokens();
  figures.counts = story.machines.front();
  for (size_t i = 0; i < story.scopes.size(); ++i) {
    const nlohmann::json& one = story.scopes[i];
    if (one.at("cycles") == 0) continue;
    figures.scopes.push_back(
        {std::string(llama::name_of(static_cast<llama::Operation>(i))), one.at("entries"), one});
  }
  std::ranges::stable_sort(figures.scopes, std::greater{}, [](const ScopeFigures::Scope& scope) {
    return scope.figures.at("cycles").get<int64_t>();
  });
  return figures;
}

Stretch measure_stretch(const fs::path& model, const StretchRequest& request,
                        const fs::path& kernel, const fs::path& plugin,
                        host::Interrupts& interrupts) {
  return Bench(model, request.kv, kernel, plugin, interrupts).measure(request);
}

StartFigures measure_start(const fs::path& model, const fs::path& kernel, const fs::path& plugin,
                           host::Interrupts& interrupts) {
  const host::TemporaryFolder folder;
  host::EmulatorOptions options;
  options.kernel = kernel;
  options.card = make_card(model, kernel, folder.path(), interrupts);
  GuestCounter counter;
  counter.plugin = plugin;
  counter.elf = fs::path(kernel).replace_extension(".elf");
  const auto run = [&](const char* autostart, const char* until) {
    options.settings = {{"model", model.filename().string()},
                        {"prompt", ""},
                        {"steps", "1"},
                        {"autostart", autostart},
                        {"temperature", "0"},
                        {"profile", "off"},
                        {"poweroff", "1"}};
    counter.to = host::text("{}:1", until);
    return count_guest(options, counter, kPatience, &interrupts);
  };
  const auto seconds = [](const GuestRun& of) {
    return static_cast<double>(of.counts().cycles) / kCyclesPerSecond;
  };
  StartFigures figures;
  figures.model = model.filename().string();
  figures.token_seconds = seconds(run("1", kForward));
  counter.at_prompt = "/poweroff\r";
  const GuestRun prompt = run("0", kReadLine);
  figures.prompt_seconds = seconds(prompt);
  const size_t characters = prompt.console.find(GuestCounter::kPrompt) + counter.kPrompt.size();
  figures.line_seconds = static_cast<double>(characters) * kBitsPerCharacter / kBaud;
  figures.card_seconds = static_cast<double>(fs::file_size(model)) / kCardBytesPerSecond;
  return figures;
}

}  // namespace bench
