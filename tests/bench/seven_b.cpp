#include "tests/bench/seven_b.h"

#include <chrono>
#include <cstdio>

#include "host-tools/card/card_files.h"
#include "host-tools/card/card_writer.h"
#include "host-tools/emulator/emulator.h"
#include "host-tools/model/model_files.h"
#include "host-tools/model/model_plan.h"
#include "host-tools/serial/records.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/subprocess.h"
#include "tests/bench/announce.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

// Eight tokens of the random models' vocabulary: a batch. Then four more, the last without a pass.
constexpr const char* kPrompt = "Once upon a";
constexpr const char* kSteps = "11";
constexpr const char* kContext = "256";
constexpr std::chrono::minutes kSilence{20};

// All files of a model that was made before, or nothing.
bool is_there(const fs::path& model) {
  if (!fs::exists(model)) return false;
  const host::ModelFiles files = host::find_model_files(model);
  return files.parts.count > 1 || fs::file_size(model) == files.parts.model_bytes;
}

fs::path make_model(const std::string& type, const SevenBOptions& options,
                    const fs::path& barellama, host::Interrupts& interrupts) {
  fs::create_directories(options.folder);
  const fs::path model = fs::path(options.folder) / ("llama2-7b-" + type + ".blm");
  if (is_there(model)) return model;
  announce("making " + model.string());
  host::run(
      {barellama.string(), "synth", "--shape", "llama2-7b", "--type", type, "-o", model.string()},
      interrupts);
  return model;
}

// Removed with all of its files at the end.
class Removed {
 public:
  explicit Removed(std::vector<fs::path> files) : files_(std::move(files)) {}
  Removed(const Removed&) = delete;
  Removed& operator=(const Removed&) = delete;
  ~Removed() {
    std::error_code ignored;
    for (const fs::path& file : files_) fs::remove(file, ignored);
  }

 private:
  std::vector<fs::path> files_;
};

void make_card(const fs::path& card, const fs::path& model, const fs::path& kernel,
               host::Interrupts& interrupts) {
  const host::TemporaryFolder folder;
  host::CardRequest request;
  request.models = {model};
  request.kernel = kernel;
  const auto files = host::gather_card_files(request, folder.path());
  announce("making " + card.string());
  host::write_card_image(card, files, host::plan_card(files, {}), "BARELLAMA", interrupts);
}

// Takes what the console says of the run, and shows a person that it goes on.
class Listener {
 public:
  // False once the story has ended, and its hash is there.
  bool take(const host::ConsoleEvent& event) {
    using Kind = host::ConsoleEvent::Kind;
    if (event.kind == Kind::kConsole) console_ += event.bytes;
    if (event.kind == Kind::kRecord) take_record(event);
    constexpr std::string_view kHash = "logits-hash: ";
    const size_t at = console_.find(kHash);
    if (at == std::string::npos || console_.size() < at + kHash.size() + kHashDigits) return true;
    run_.hash = console_.substr(at + kHash.size(), kHashDigits);
    return false;
  }
  const SevenBRun& run() const { return run_; }

 private:
  static constexpr size_t kHashDigits = 16;

  void take_record(const host::ConsoleEvent& event) {
    const nlohmann::json& fields = event.fields;
    if (event.name == "error") {
      host::fail("the board says: {}", fields.value("message", std::string("an error")));
    } else if (event.name == "model") {
      run_.pinned_bytes = fields.at("pinned_bytes");
      run_.context = fields.at("context");
    } else if (event.name == "memory") {
      for (const nlohmann::json& high : fields.at("high")) {
        if (high.at("name") != "arena") continue;
        run_.ram_bytes = high.at("bytes");
        run_.peak_bytes = high.at("used");
      }
    } else if (event.name == "pass") {
      run_.pass_bytes.push_back(fields.at("card").at("bytes"));
      const auto now = std::chrono::steady_clock::now();
      run_.pass_s.push_back(std::chrono::duration<double>(now - last_).count());
      last_ = now;
      announce(host::text("  pass {}: {:.0} s", run_.pass_s.size(), run_.pass_s.back()));
    } else if (event.name == "begin") {
      last_ = std::chrono::steady_clock::now();
    } else if (event.name == "end") {
      run_.prompt_tokens = fields.at("prompt_tokens");
      run_.tokens = fields.at("tokens");
    }
  }

  SevenBRun run_;
  std::string console_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

SevenBRun run_on_board(const fs::path& card, const fs::path& kernel, host::Interrupts& interrupts) {
  host::EmulatorOptions options;
  options.kernel = kernel;
  options.card = card;
  options.settings = {{"prompt", kPrompt},  {"steps", kSteps}, {"ctx", kContext},
                      {"temperature", "0"}, {"seed", "1"},     {"hash", "1"},
                      {"records", "1"},     {"autostart", "1"}};
  announce("booting it");
  host::Emulator machine(options, &interrupts);
  Listener listener;
  host::RecordParser parser;
  while (true) {
    const std::string bytes = machine.read(kSilence);
    if (bytes.empty()) {
      host::fail("the board has stopped printing.\n{}--- console:\n{}", machine.qemu_messages(),
                 machine.log());
    }
    for (const host::ConsoleEvent& event : parser.feed(bytes)) {
      if (!listener.take(event)) return listener.run();
    }
  }
}

std::string hash_on_host(const fs::path& model, const fs::path& barellama,
                         host::Interrupts& interrupts) {
  announce("the same on this machine, with all weights in memory");
  const std::string told =
      host::run({barellama.string(), "run", model.string(), "--prompt", kPrompt, "--steps", kSteps,
                 "--ctx", kContext, "--temperature", "0", "--seed", "1", "--hash"},
                interrupts);
  constexpr std::string_view kHash = "logits-hash: ";
  const size_t at = told.rfind(kHash);
  return at == std::string::npos ? "" : told.substr(at + kHash.size(), 16);
}

double megabytes(uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

// Without the classifier for all but the last token, which the hash needs of each; and the rows.
uint64_t planned_bytes(const SevenBFigures& figures, size_t pass) {
  const uint64_t columns = pass == 0 ? figures.run.prompt_tokens : 1;
  return figures.plan.streamed_bytes + columns * figures.plan.row_bytes;
}

}  // namespace

void add_seven_b_options(CLI::App& app, SevenBOptions& options) {
  options.folder = (host::program_folder() / ".." / "seven-b").lexically_normal().string();
  app.add_option("--seven-b", options.types,
                 "Only Llama-2-7B's shape, streamed by the emulated Pi: q4_0 (3.8 GB, a quarter of "
                 "an hour), q8_0 (7.2 GB)")
      ->expected(1, 2)
      ->check(CLI::IsMember({"q4_0", "q8_0"}));
  app.add_option("--seven-b-folder", options.folder, "For its models and cards")
      ->capture_default_str();
  app.add_flag("--keep", options.keeps, "Keep its models for the next time");
}

// The first pass reads ahead of the second one, and so on: a pass's bytes are right to the chunks
// that the stream is ahead.
bool SevenBFigures::is_as_planned() const {
  constexpr uint64_t kAhead = llama::WeightStream::kMostBuffers << 20;
  for (size_t i = 0; i < run.pass_bytes.size(); ++i) {
    const uint64_t planned = planned_bytes(*this, i);
    if (run.pass_bytes[i] > planned + kAhead || run.pass_bytes[i] + kAhead < planned) return false;
  }
  return run.hash.size() == 16 && run.hash == host_hash && run.peak_bytes == plan.peak_bytes &&
         run.pinned_bytes == plan.pinned_bytes;
}

SevenBFigures measure_seven_b(const std::string& type, const SevenBOptions& options,
                              const fs::path& kernel, const fs::path& barellama,
                              host::Interrupts& interrupts) {
  const fs::path model = make_model(type, options, barellama, interrupts);
  const host::ModelFiles files = host::find_model_files(model);
  const Removed models(options.keeps ? std::vector<fs::path>() : files.paths);
  SevenBFigures figures;
  figures.type = type;
  figures.model_bytes = files.parts.model_bytes;
  figures.parts = files.parts.count;
  {
    const fs::path card = fs::path(options.folder) / ("card-" + type + ".img");
    const Removed removed({card});
    make_card(card, model, kernel, interrupts);
    figures.run = run_on_board(card, kernel, interrupts);
  }
  figures.host_hash = hash_on_host(model, barellama, interrupts);
  figures.plan =
      host::plan_for_board(model, {.ram_mib = static_cast<double>(figures.run.ram_bytes) / 1048576,
                                   .context = figures.run.context,
                                   .all_logits = true});
  return figures;
}

void print_seven_b(const SevenBFigures& figures) {
  const SevenBRun& run = figures.run;
  const llama::Plan& plan = figures.plan;
  std::printf("\nLlama-2-7B's shape in %s: %.0f MB in %u part%s, %.1f MB of memory, context %u\n",
              figures.type.c_str(), megabytes(figures.model_bytes), figures.parts,
              figures.parts == 1 ? "" : "s", megabytes(run.ram_bytes), run.context);
  std::printf("%-34s %20s %20s\n", "", "the board", "the plan, this host");
  const auto row = [](const char* what, auto board, auto planned) {
    std::printf("%-34s %20s %20s\n", what, host::text("{}", board).c_str(),
                host::text("{}", planned).c_str());
  };
  row("hash of all logits", run.hash, figures.host_hash);
  row("peak memory, bytes", run.peak_bytes, plan.peak_bytes);
  row("pinned, bytes", run.pinned_bytes, plan.pinned_bytes);
  for (size_t i = 0; i < run.pass_bytes.size(); ++i) {
    const std::string what = i == 0 ? host::text("prompt of {}, bytes read", run.prompt_tokens)
                                    : host::text("token {}, bytes read", i);
    row(what.c_str(), run.pass_bytes[i], planned_bytes(figures, i));
  }
  const llama::PassTime prompt = plan.pass({}, run.prompt_tokens, 0, llama::Logits::kLast);
  const llama::PassTime token = plan.token({}, run.prompt_tokens);
  std::printf(
      "predicted of a board: the prompt %.0f s (card %.0f, core %.0f), a token %.0f s (card "
      "%.0f, core %.0f)\n",
      prompt.total_s, prompt.card_s, prompt.core_s, token.total_s, token.card_s, token.core_s);
  std::printf("%s\n", figures.is_as_planned() ? "as planned, to the bit" : "NOT AS PLANNED");
}

nlohmann::ordered_json to_json(const SevenBFigures& figures) {
  const SevenBRun& run = figures.run;
  const auto seconds = [](const llama::PassTime& time) -> nlohmann::ordered_json {
    return {{"total", time.total_s}, {"card", time.card_s}, {"core", time.core_s}};
  };
  std::vector<uint64_t> planned;
  for (size_t i = 0; i < run.pass_bytes.size(); ++i) planned.push_back(planned_bytes(figures, i));
  return {{"type", figures.type},
          {"model_bytes", figures.model_bytes},
          {"parts", figures.parts},
          {"as_planned", figures.is_as_planned()},
          {"same_hash", run.hash == figures.host_hash},
          {"hash", run.hash},
          {"prompt_tokens", run.prompt_tokens},
          {"tokens", run.tokens},
          {"ram_bytes", run.ram_bytes},
          {"peak_bytes", run.peak_bytes},
          {"planned_peak_bytes", figures.plan.peak_bytes},
          {"pinned_bytes", run.pinned_bytes},
          {"planned_pinned_bytes", figures.plan.pinned_bytes},
          {"pass_bytes", run.pass_bytes},
          {"planned_pass_bytes", planned},
          {"emulator_pass_s", run.pass_s},
          {"planned_prompt_s",
           seconds(figures.plan.pass({}, run.prompt_tokens, 0, llama::Logits::kLast))},
          {"planned_token_s", seconds(figures.plan.token({}, run.prompt_tokens))}};
}

int run_seven_b(const SevenBOptions& options, const fs::path& kernel, nlohmann::ordered_json& json,
                host::Interrupts& interrupts) {
  bool is_as_planned = true;
  auto array = nlohmann::ordered_json::array();
  for (const std::string& type : options.types) {
    const SevenBFigures figures =
        measure_seven_b(type, options, kernel, host::program_folder() / "barellama", interrupts);
    print_seven_b(figures);
    array.push_back(to_json(figures));
    is_as_planned = is_as_planned && figures.is_as_planned();
  }
  json["seven_b"] = array;
  return is_as_planned ? 0 : 1;
}

}  // namespace bench
