// `bench`: the figures that speed work is measured by, as tables and as JSON. `./dev bench` builds
// what it needs and runs it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/subprocess.h"
#include "tests/bench/bench_run.h"
#include "tests/bench/comparison.h"
#include "tests/bench/doc_tables.h"
#include "tests/bench/seven_b.h"
#include "tests/bench/stored_figures.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr int kUsageError = 2;

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
  const bool has_places = !options.positions.empty() || !options.prompts.empty();
  const bool is_long_part = !options.perplexity.empty() || !options.seven_b.types.empty() ||
                            has_places || options.write_pace;
  const bool has_choice = !options.parts.empty() || is_long_part || options.stored;
  for (const Part& part : all_parts()) {
    const bool is_chosen = std::ranges::find(options.parts, &part) != options.parts.end();
    if (is_chosen || (part.is_usual && !has_choice)) (bench.*part.measure)();
  }
  if (!options.perplexity.empty()) bench.measure_perplexity();
  if (has_places) bench.measure_places();
  if (options.write_pace) bench.write_pace();
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
  app.add_flag("--write-pace", options.write_pace,
               "Only what the plan predicts with: measure it, and write llama/pace/pace_values.h")
      ->excludes(models)
      ->excludes(kv)
      ->excludes(kernel);
  app.add_flag("--stored", options.stored,
               "Measure nothing that is stored: for --write-docs and --write-pace");
  app.add_flag("--large", options.large, "Shapes of more than 100 million weights, too");
  app.add_flag("--functions", options.functions, "The most expensive functions of each model, too");
  app.add_flag("--scopes", options.scopes, "What each operation of the profiler costs, too");
  for (const Part& part : all_parts()) {
    app.add_flag_callback(
        part.flag, [&] { options.parts.push_back(&part); }, part.help);
  }
  app.add_option("--perplexity", options.perplexity,
                 "Only perplexities: NAME, CHECKPOINT of llama2.c in f32, and its TOKENIZER");
  app.add_option("--vocabulary", options.vocabulary,
                 "For --tokenizer: only SentencePiece, ByteLevel, Llama2 or Llama3")
      ->excludes(docs);
  auto* const positions =
      app.add_option("--positions", options.positions,
                     "Only tokens with so many before them, by operation and layer: 1,64,255")
          ->delimiter(',');
  auto* const prompts =
      app.add_option("--prompts", options.prompts, "Only prompts of so many tokens: 8,64,255")
          ->delimiter(',');
  for (auto* const option : {positions, prompts}) option->allow_extra_args(false)->excludes(docs);
  app.add_option("--ctx", options.context, "For these two: as the setting ctx");
  app.add_option("--ram-mib", options.ram_mib, "For these two: as the setting ram_mib");
  add_seven_b_options(app, options.seven_b);
}

int run(int argc, char** argv) {
  Options options;
  options.kernel = (host::program_folder() / ".." / "pi0" / "kernel.img").string();
  CLI::App app("What a token costs: on the Pi, by its emulation, and on this machine", "bench");
  app.footer(
      "--guest takes a minute or two, with --large some minutes more. Without the name of a part\n"
      "all are measured but --overlap, --tokenizer, --perplexity, --positions, --prompts and\n"
      "--seven-b.");
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  if (options.stored && !options.write_docs && !options.write_pace) {
    throw host::Failure("--stored goes with --write-docs or --write-pace", kUsageError);
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
