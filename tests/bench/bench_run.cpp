#include "tests/bench/bench_run.h"

#include <cstdint>
#include <cstdio>

#include "host-tools/support/failure.h"
#include "host-tools/support/subprocess.h"
#include "tests/bench/announce.h"
#include "tests/bench/guest_bench.h"
#include "tests/bench/host_bench.h"
#include "tests/bench/micro_bench.h"
#include "tests/bench/overlap_bench.h"
#include "tests/bench/pace_bench.h"
#include "tests/bench/pace_fit.h"
#include "tests/bench/perplexity_bench.h"
#include "tests/bench/place_bench.h"
#include "tests/bench/plain_bench.h"
#include "tests/bench/pruning_gain.h"
#include "tests/bench/rows_bench.h"
#include "tests/bench/tokenizer_bench.h"

namespace bench {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kLargestStart = 20 << 20;

// Model shapes with random weights: what a token costs does not depend on their values.
struct Synthetic {
  const char* shape;
  const char* type;
  bool is_large;  // minutes each
};
constexpr Synthetic kSynthetics[] = {{"stories15m", "q8_0", false},
                                     {"stories15m", "q4_0", false},
                                     {"stories110m", "q4_0", true},
                                     {"smollm2-135m", "q4_0", true},
                                     {"qwen2.5-0.5b", "q4_0", true}};

template <typename Figures>
nlohmann::ordered_json to_array(const std::vector<Figures>& all) {
  auto array = nlohmann::ordered_json::array();
  for (const Figures& one : all) array.push_back(to_json(one));
  return array;
}

constexpr Part kParts[] = {
    {"--guest", "Only the emulated Pi: instructions, predicted speed", true, &Bench::measure_guest},
    {"--core", "Only the model of the core beside published figures", true, &Bench::measure_core},
    {"--rows", "Only the loops over rows on the Pi, by their width", true, &Bench::measure_rows},
    {"--host", "Only tokens/s on this machine", true, &Bench::measure_host},
    {"--kernels", "Only the single kernels on this machine", true, &Bench::measure_kernels},
    {"--overlap", "Only card and core at the same time, in simulated time", false,
     &Bench::measure_overlap},
    {"--tokenizer", "Only text to tokens on the emulated Pi", false, &Bench::measure_tokenizer},
};

}  // namespace

std::span<const Part> all_parts() { return kParts; }

void Bench::write_pace() {
  const fs::path source = BENCH_SOURCE_FOLDER;
  StoredFigures figures(source / "tests/bench");
  measure_pace(figures, options_.stored, options_.kernel, plugin(), interrupts_);
  const auto stretches = paced_stretches(figures);
  const auto values = fit_pace(stretches);
  host::PendingFile file(source / "llama/pace/pace_values.h");
  host::write_file(file.path(), pace_header(values));
  file.commit();
  const auto pace = pace_of(values);
  if (!pace) {
    std::printf("pace_values.h has new names: build it, and run --write-pace --stored again\n");
    return;
  }
  print_pace_errors(stretches, *pace);
  figures.replace("planned", planned_entries(stretches, *pace));
  figures.replace("seven_b", seven_b_entries(figures, *pace));
  figures.save();
}

int Bench::measure_seven_b() {
  return run_seven_b(options_.seven_b, options_.kernel, json_, interrupts_);
}

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
  const auto gains = pruning_gains(figures);
  print_pruning_gains(gains);
  json_["pruning"] = to_array(gains);
}

void Bench::measure_tokenizer() {
  TokenizerBench bench(options_.kernel, plugin(), BARELLAMA_SHARED_DATA);
  const auto figures = measure_tokenizers(bench, options_.vocabulary, interrupts_);
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

void Bench::measure_overlap() {
  const auto figures = bench::measure_overlap();
  print_overlap(figures);
  json_["overlap"] = to_array(figures);
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

void Bench::measure_places() {
  std::vector<PlaceFigures> figures;
  const Place place = {.kv = options_.kv, .context = options_.context, .ram_mib = options_.ram_mib};
  for (const fs::path& model : models()) {
    PlaceBench bench(model, place, options_.kernel, plugin(), interrupts_);
    for (const uint32_t position : options_.positions) {
      announce(host::text("{} at position {}", model.filename().string(), position));
      figures.push_back(bench.token_at(position));
    }
    for (const uint32_t tokens : options_.prompts) {
      announce(host::text("{}: a prompt of {}", model.filename().string(), tokens));
      figures.push_back(bench.prompt_of(tokens));
    }
  }
  print_places(figures);
  json_["places"] = to_array(figures);
}

}  // namespace bench
