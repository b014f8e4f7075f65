// `bench`: the figures that speed work is measured by, as tables and as JSON. `./dev bench` builds
// what it needs and runs it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/interrupts.h"
#include "host-tools/support/subprocess.h"
#include "tests/bench/comparison.h"
#include "tests/bench/guest_bench.h"
#include "tests/bench/host_bench.h"
#include "tests/bench/micro_bench.h"
#include "tests/bench/plain_bench.h"
#include "tests/bench/rows_bench.h"
#include "tests/bench/seven_b.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr int kUsageError = 2;
constexpr uint64_t kLargestStart = 20 << 20;

struct Options {
  std::vector<std::string> models;
  std::string kernel;
  std::optional<std::string> json;
  std::optional<std::string> compare;
  std::string kv = "q8_0";
  bool host = false, guest = false, core = false, rows = false, kernels = false, functions = false,
       scopes = false, large = false;
  SevenBOptions seven_b;
};

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

void add_synthetics(std::vector<fs::path>& models, const fs::path& folder, bool with_large,
                    host::Interrupts& interrupts) {
  for (const Synthetic& one : kSynthetics) {
    if (one.is_large && !with_large) continue;
    const fs::path model = folder / host::text("{}-{}.blm", one.shape, one.type);
    host::run({(host::program_folder() / "barellama").string(), "synth", "--shape", one.shape,
               "--type", one.type, "-o", model.string()},
              interrupts);
    models.push_back(model);
  }
}

template <typename Figures>
nlohmann::ordered_json to_array(const std::vector<Figures>& all) {
  auto array = nlohmann::ordered_json::array();
  for (const Figures& one : all) array.push_back(to_json(one));
  return array;
}

// Returns the exit code: 1 after a loss against older figures.
int run_bench(const Options& options) {
  host::Interrupts interrupts;
  const host::TemporaryFolder folder;
  const fs::path programs = host::program_folder();
  const bool seven_b = !options.seven_b.types.empty();
  const bool all = !options.host && !options.guest && !options.core && !options.rows &&
                   !options.kernels && !seven_b;
  // Before the work, so that a place that cannot be written to is known at once.
  std::optional<host::PendingFile> json_file;
  if (options.json) json_file.emplace(*options.json);

  nlohmann::json older;
  if (options.compare) older = nlohmann::json::parse(host::read_file(*options.compare));

  std::vector<fs::path> models(options.models.begin(), options.models.end());
  if (models.empty() && (all || options.host || options.guest)) {
    models.emplace_back(BENCH_DEFAULT_MODEL);
    add_synthetics(models, folder.path(), options.large, interrupts);
  }
  nlohmann::ordered_json json;
  if (all || options.guest) {
    std::vector<GuestFigures> figures;
    std::vector<StartFigures> starts;
    const fs::path plugin = programs / "libpi0_cycles.so";
    for (const fs::path& model : models) {
      std::fprintf(stderr, "%s on the emulated Pi\n", model.filename().c_str());
      figures.push_back(measure_guest(model, options.kv, options.kernel, plugin, interrupts));
      // How a larger model starts shows in these.
      if (fs::file_size(model) < kLargestStart) {
        starts.push_back(measure_start(model, options.kernel, plugin, interrupts));
      }
    }
    print_guest(figures);
    print_start(starts);
    if (options.models.empty()) {
      const fs::path images = fs::path(options.kernel).parent_path() / "tests";
      print_plain(measure_plain(images, plugin, options.large, interrupts), figures);
    }
    json["guest"] = to_array(figures);
    json["start"] = to_array(starts);
    if (options.functions) {
      json["functions"] = nlohmann::ordered_json::array();
      for (const GuestFigures& one : figures) {
        print_functions(one);
        json["functions"].push_back(functions_to_json(one));
      }
    }
    if (options.scopes) {
      json["scopes"] = nlohmann::ordered_json::array();
      for (const fs::path& model : models) {
        const ScopeFigures scopes =
            measure_scopes(model, options.kv, options.kernel, plugin, interrupts);
        print_scopes(scopes);
        json["scopes"].push_back(to_json(scopes));
      }
    }
  }
  if (all || options.core) {
    const fs::path images = fs::path(options.kernel).parent_path() / "tests";
    const auto figures = measure_micro(images, programs / "libpi0_cycles.so", &interrupts);
    print_micro(figures);
    json["core"] = to_json(figures);
  }
  if (all || options.rows) {
    const fs::path images = fs::path(options.kernel).parent_path() / "tests";
    const auto figures = measure_rows(images, programs / "libpi0_cycles.so", &interrupts);
    print_rows(figures);
    json["rows"] = to_array(figures);
  }
  if (all || options.host) {
    std::vector<HostFigures> figures;
    for (const fs::path& model : models) {
      figures.push_back(measure_host(model, programs / "barellama", interrupts));
    }
    print_host(figures);
    json["host"] = to_array(figures);
  }
  if (all || options.kernels) {
    const auto figures = measure_kernels(programs / "kernels_bench", interrupts);
    print_kernels(figures);
    json["kernels"] = to_array(figures);
  }
  const int seven_b_code =
      seven_b ? run_seven_b(options.seven_b, options.kernel, json, interrupts) : 0;
  if (json_file) {
    host::write_file(json_file->path(), json.dump(2) + "\n");
    json_file->commit();
  }
  return options.compare && !print_changes(compare(older, json)) ? 1 : seven_b_code;
}

int run(int argc, char** argv) {
  Options options;
  options.kernel = (host::program_folder() / ".." / "pi0" / "kernel.img").string();
  CLI::App app("What a token costs: on the Pi, by its emulation, and on this machine", "bench");
  app.footer(
      "--guest takes a minute or two, with --large some minutes more; what is measured is said.");
  app.add_option("--kv", options.kv, "Keys and values on the emulated Pi: f32, f16 or q8_0")
      ->capture_default_str();
  app.add_option("models", options.models,
                 "Model files (.blm; default: tales-1m, and usual shapes with random weights)");
  app.add_option("--kernel", options.kernel, "Kernel image (default: the one of the build)");
  app.add_option("--json", options.json, "Write the figures to this file, too");
  app.add_option("--compare", options.compare,
                 "An older output of --json: fail when a token costs over 2 % more cycles");
  app.add_flag("--guest", options.guest, "Only the emulated Pi: instructions, predicted speed");
  app.add_flag("--large", options.large, "Shapes of more than 100 million weights, too");
  app.add_flag("--functions", options.functions, "The most expensive functions of each model, too");
  app.add_flag("--scopes", options.scopes, "What each operation of the profiler costs, too");
  app.add_flag("--core", options.core, "Only the model of the core beside published figures");
  app.add_flag("--rows", options.rows, "Only the loops over rows on the Pi, by their width");
  app.add_flag("--host", options.host, "Only tokens/s on this machine");
  app.add_flag("--kernels", options.kernels, "Only the single kernels on this machine");
  add_seven_b_options(app, options.seven_b);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  return run_bench(options);
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
