// `bench`: the figures that speed work is measured by, as tables and as JSON. `./dev bench` builds
// what it needs and runs it.
#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/interrupts.h"
#include "host-tools/support/subprocess.h"
#include "tests/bench/announce.h"
#include "tests/bench/comparison.h"
#include "tests/bench/doc_tables.h"
#include "tests/bench/guest_bench.h"
#include "tests/bench/host_bench.h"
#include "tests/bench/micro_bench.h"
#include "tests/bench/perplexity_bench.h"
#include "tests/bench/plain_bench.h"
#include "tests/bench/rows_bench.h"
#include "tests/bench/seven_b.h"
#include "tests/bench/stored_figures.h"
#include "tests/bench/tokenizer_bench.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr int kUsageError = 2;
constexpr uint64_t kLargestStart = 20 << 20;

// Model shapes with random weights: what a token costs does not depend on their values.
struct Synthetic {
  const char* shape;
  const char* type;
  bool is_large;  // a minute each
};
constexpr Synthetic kSynthetics[] = {{"stories15m", "q8_0", false},
                                     {"stories15m", "q4_0", false},
                                     {"stories110m", "q4_0", true},
                                     {"smollm2-135m", "q4_0", true}};

template <typename Figures>
nlohmann::ordered_json to_array(const std::vector<Figures>& all) {
  auto array = nlohmann::ordered_json::array();
  for (const Figures& one : all) array.push_back(to_json(one));
  return array;
}

class Bench;
struct Part {
  const char* flag;
  const char* help;
  bool is_usual;  // measured when no part is named
  void (Bench::*measure)();
};

struct Options {
  std::vector<std::string> models;
  std::string kernel;
  std::optional<std::string> json, compare;
  std::string kv = "q8_0";
  bool functions = false, scopes = false, large = false;
  bool write_docs = false, stored = false;
  std::vector<const Part*> parts;
  std::vector<std::tuple<std::string, std::string, std::string>> perplexity;
  SevenBOptions seven_b;
};

// One run: each part prints its tables and adds its figures to the JSON.
class Bench {
 public:
  explicit Bench(const Options& options) : options_(options) {}

  void measure_guest();
  void measure_core();
  void measure_rows();
  void measure_tokenizer();
  void measure_host();
  void measure_kernels();
  void measure_perplexity();
  int measure_seven_b() {
    return run_seven_b(options_.seven_b, options_.kernel, json_, interrupts_);
  }

  const nlohmann::ordered_json& json() const { return json_; }

 private:
  const std::vector<fs::path>& models();
  fs::path plugin() const { return programs_ / "libpi0_cycles.so"; }
  fs::path test_images() const { return fs::path(options_.kernel).parent_path() / "tests"; }

  const Options& options_;
  host::Interrupts interrupts_;
  const host::TemporaryFolder folder_;
  const fs::path programs_ = host::program_folder();
  std::vector<fs::path> models_;
  nlohmann::ordered_json json_ = nlohmann::ordered_json::object();
};

constexpr Part kParts[] = {
    {"--guest", "Only the emulated Pi: instructions, predicted speed", true, &Bench::measure_guest},
    {"--core", "Only the model of the core beside published figures", true, &Bench::measure_core},
    {"--rows", "Only the loops over rows on the Pi, by their width", true, &Bench::measure_rows},
    {"--host", "Only tokens/s on this machine", true, &Bench::measure_host},
    {"--kernels", "Only the single kernels on this machine", true, &Bench::measure_kernels},
    {"--tokenizer", "Only text to tokens on the emulated Pi", false, &Bench::measure_tokenizer},
};

const std::vector<fs::path>& Bench::models() {
  if (!models_.empty()) return models_;
  models_.assign(options_.models.begin(), options_.models.end());
  if (!models_.empty()) return models_;
  models_.emplace_back(BENCH_DEFAULT_MODEL);
  for (const Synthetic& one : kSynthetics) {
    if (one.is_large && !options_.large) continue;
    models_.push_back(folder_.path() / host::text("{}-{}.blm", one.shape, one.type));
    host::run({(programs_ / "barellama").string(), "synth", "--shape", one.shape, "--type",
               one.type, "-o", models_.back().string()},
              interrupts_);
  }
  return models_;
}

void Bench::measure_guest() {
  std::vector<GuestFigures> figures;
  std::vector<StartFigures> starts;
  for (const fs::path& model : models()) {
    announce(model.filename().string() + " on the emulated Pi");
    figures.push_back(
        bench::measure_guest(model, options_.kv, options_.kernel, plugin(), interrupts_));
    // How a larger model starts shows in these.
    if (fs::file_size(model) < kLargestStart) {
      starts.push_back(measure_start(model, options_.kernel, plugin(), interrupts_));
    }
  }
  print_guest(figures);
  print_start(starts);
  json_["guest"] = to_array(figures);
  json_["start"] = to_array(starts);
  if (options_.models.empty()) {
    const auto plain = measure_plain(test_images(), plugin(), options_.large, interrupts_);
    print_plain(plain, figures);
    json_["plain"] = to_array(plain);
  }
  if (options_.functions) {
    for (const GuestFigures& one : figures) {
      print_functions(one);
      json_["functions"].push_back(functions_to_json(one));
    }
  }
  if (options_.scopes) {
    for (const fs::path& model : models()) {
      const ScopeFigures scopes =
          measure_scopes(model, options_.kv, options_.kernel, plugin(), interrupts_);
      print_scopes(scopes);
      json_["scopes"].push_back(to_json(scopes));
    }
  }
}

void Bench::measure_core() {
  const MicroFigures figures = measure_micro(test_images(), plugin(), &interrupts_);
  print_micro(figures);
  json_.update(to_json(figures));
}

void Bench::measure_rows() {
  const auto figures = bench::measure_rows(test_images(), plugin(), &interrupts_);
  print_rows(figures);
  json_["rows"] = to_array(figures);
}

void Bench::measure_tokenizer() {
  TokenizerBench bench(options_.kernel, plugin(), BARELLAMA_SHARED_DATA);
  const auto figures = measure_tokenizers(bench, interrupts_);
  print_tokenizers(figures);
  json_["tokenizer"] = to_array(figures);
}

void Bench::measure_host() {
  std::vector<HostFigures> figures;
  for (const fs::path& model : models()) {
    figures.push_back(bench::measure_host(model, programs_ / "barellama", interrupts_));
  }
  print_host(figures);
  json_["host"] = to_array(figures);
}

void Bench::measure_kernels() {
  const auto figures = bench::measure_kernels(programs_ / "kernels_bench", interrupts_);
  print_kernels(figures);
  json_["kernels"] = to_array(figures);
}

void Bench::measure_perplexity() {
  std::vector<PerplexityModel> models;
  for (const auto& [name, checkpoint, tokenizer] : options_.perplexity) {
    models.push_back({name, checkpoint, tokenizer});
  }
  const auto figures =
      measure_perplexities(models, programs_ / "barellama",
                           fs::path(BENCH_SOURCE_FOLDER) / "models/recipe", interrupts_);
  print_perplexities(figures);
  json_["perplexity"] = to_array(figures);
}

// Stores what was measured, and has the documents show it. Single kernels are for comparisons on
// one machine, and have no table.
void write_docs(nlohmann::ordered_json measured, const std::string& from) {
  const fs::path source = BENCH_SOURCE_FOLDER;
  measured.erase("kernels");
  StoredFigures figures(source / "tests/bench");
  figures.take(measured, from);
  figures.save();
  for (const char* name : kDocumentsWithTables) {
    const fs::path path = source / "docs" / name;
    host::PendingFile file(path);
    host::write_file(file.path(), with_tables(host::read_file(path), figures));
    file.commit();
  }
}

// Returns the exit code: 1 after a loss against older figures.
int run_bench(const Options& options, const std::string& command) {
  // Before the work, so that a place that cannot be written to is known at once.
  std::optional<host::PendingFile> json_file;
  if (options.json) json_file.emplace(*options.json);
  nlohmann::json older;
  if (options.compare) older = nlohmann::json::parse(host::read_file(*options.compare));

  Bench bench(options);
  const bool is_long_part = !options.perplexity.empty() || !options.seven_b.types.empty();
  const bool has_choice = !options.parts.empty() || is_long_part || options.stored;
  for (const Part& part : kParts) {
    const bool is_chosen = std::ranges::find(options.parts, &part) != options.parts.end();
    if (is_chosen || (part.is_usual && !has_choice)) (bench.*part.measure)();
  }
  if (!options.perplexity.empty()) bench.measure_perplexity();
  const int seven_b_code = options.seven_b.types.empty() ? 0 : bench.measure_seven_b();
  if (json_file) {
    host::write_file(json_file->path(), bench.json().dump(2) + "\n");
    json_file->commit();
  }
  if (options.write_docs) write_docs(bench.json(), command);
  return options.compare && !print_changes(compare(older, bench.json())) ? 1 : seven_b_code;
}

void add_options(CLI::App& app, Options& options) {
  auto* const models =
      app.add_option("models", options.models,
                     "Model files (.blm; default: tales-1m, and usual shapes with random weights)");
  auto* const kv =
      app.add_option("--kv", options.kv, "Keys and values on the emulated Pi: f32, f16 or q8_0")
          ->capture_default_str();
  auto* const kernel =
      app.add_option("--kernel", options.kernel, "Kernel image (default: the one of the build)");
  app.add_option("--json", options.json, "Write the figures to this file, too");
  app.add_option("--compare", options.compare,
                 "An older output of --json: fail when a token costs over 2 % more cycles");
  // What is stored is of the usual models with this kernel.
  auto* const docs = app.add_flag("--write-docs", options.write_docs,
                                  "Store the figures in tests/bench, and renew the tables of docs/")
                         ->excludes(models)
                         ->excludes(kv)
                         ->excludes(kernel);
  app.add_flag("--stored", options.stored, "Measure nothing: --write-docs from the stored figures")
      ->needs(docs);
  app.add_flag("--large", options.large, "Shapes of more than 100 million weights, too");
  app.add_flag("--functions", options.functions, "The most expensive functions of each model, too");
  app.add_flag("--scopes", options.scopes, "What each operation of the profiler costs, too");
  for (const Part& part : kParts) {
    app.add_flag_callback(
        part.flag, [&] { options.parts.push_back(&part); }, part.help);
  }
  app.add_option("--perplexity", options.perplexity,
                 "Only perplexities: NAME, CHECKPOINT of llama2.c in f32, and its TOKENIZER");
  add_seven_b_options(app, options.seven_b);
}

int run(int argc, char** argv) {
  Options options;
  options.kernel = (host::program_folder() / ".." / "pi0" / "kernel.img").string();
  CLI::App app("What a token costs: on the Pi, by its emulation, and on this machine", "bench");
  app.footer(
      "--guest takes a minute or two, with --large some minutes more. Without the name of a part\n"
      "all are measured but --tokenizer, --perplexity and --seven-b.");
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  std::string command = "./dev bench";
  for (int i = 1; i < argc; ++i) command += std::string(" ") + argv[i];
  return run_bench(options, command);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  try {
    return bench::run(argc, argv);
  } catch (const host::Failure& failure) {
    std::fprintf(stderr, "bench: %s\n", failure.what());
    return failure.exit_code();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    return 1;
  }
}
