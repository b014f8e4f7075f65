// `bench`: the figures that speed work is measured by, as tables and as JSON. `./dev bench` builds
// what it needs and runs it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host-tools/failure.h"
#include "host-tools/files.h"
#include "host-tools/interrupts.h"
#include "host-tools/subprocess.h"
#include "tests/bench/guest_bench.h"
#include "tests/bench/host_bench.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr int kUsageError = 2;

struct Options {
  std::vector<std::string> models;
  std::string kernel;
  std::optional<std::string> json;
  bool host = false, guest = false, kernels = false;
};

// stories260K of llama2.c in each type of weights, if it is there.
void add_stories260k(std::vector<fs::path>& models, const fs::path& folder,
                     host::Interrupts& interrupts) {
  const fs::path data = fs::path(BARELLAMA_SHARED_DATA) / "llama2c";
  const fs::path checkpoint = data / "stories260K.bin";
  if (!fs::exists(checkpoint)) {
    std::printf("skipped: stories260K (%s is not there)\n", checkpoint.c_str());
    return;
  }
  for (const char* type : {"f32", "q8_0", "q4_0"}) {
    const fs::path model = folder / host::text("stories260K-{}.blm", type);
    host::run({(host::program_folder() / "barellama").string(), "convert", checkpoint.string(),
               "--tokenizer", (data / "tok512.bin").string(), "--type", type, "-o", model.string()},
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

void run_bench(const Options& options) {
  host::Interrupts interrupts;
  const host::TemporaryFolder folder;
  const fs::path programs = host::program_folder();
  const bool all = !options.host && !options.guest && !options.kernels;
  // Before the work, so that a place that cannot be written to is known at once.
  std::optional<host::PendingFile> json_file;
  if (options.json) json_file.emplace(*options.json);

  std::vector<fs::path> models(options.models.begin(), options.models.end());
  if (models.empty() && (all || options.host || options.guest)) {
    models.emplace_back(BENCH_DEFAULT_MODEL);
    add_stories260k(models, folder.path(), interrupts);
  }
  nlohmann::ordered_json json;
  if (all || options.guest) {
    std::vector<GuestFigures> figures;
    for (const fs::path& model : models) {
      figures.push_back(
          measure_guest(model, options.kernel, programs / "libpi0_cycles.so", interrupts));
    }
    print_guest(figures);
    json["guest"] = to_array(figures);
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
  if (json_file) {
    host::write_file(json_file->path(), json.dump(2) + "\n");
    json_file->commit();
  }
}

int run(int argc, char** argv) {
  Options options;
  options.kernel = (host::program_folder() / ".." / "pi0" / "kernel.img").string();
  CLI::App app("What a token costs: instructions on the emulated Pi, time on this machine",
               "bench");
  app.add_option("models", options.models,
                 "Model files (.blm; default: tales-1m, and stories260K if it is there)");
  app.add_option("--kernel", options.kernel, "Kernel image (default: the one of the build)");
  app.add_option("--json", options.json, "Write the figures to this file, too");
  app.add_flag("--guest", options.guest, "Only instructions on the emulated Pi");
  app.add_flag("--host", options.host, "Only tokens/s on this machine");
  app.add_flag("--kernels", options.kernels, "Only the single kernels on this machine");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  run_bench(options);
  return 0;
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
