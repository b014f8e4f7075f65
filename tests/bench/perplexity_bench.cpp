#include "tests/bench/perplexity_bench.h"

#include <cstdio>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "host-tools/support/subprocess.h"
#include "tests/bench/announce.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWeights[] = {"f32", "q8_0", "mixed", "q4_0"};
constexpr const char* kKeysAndValues[] = {"f32", "f16", "q8_0"};

}  // namespace

std::vector<PerplexityFigures> measure_perplexities(const std::vector<PerplexityModel>& models,
                                                    const fs::path& barellama,
                                                    const fs::path& recipe,
                                                    host::Interrupts& interrupts) {
  const host::TemporaryFolder folder;
  const fs::path text = folder.path() / "held-out.txt", file = folder.path() / "model.blm";
  host::run({host::find_program("python3", "python3"), (recipe / "gen_corpus.py").string(),
             "--stories", "40", "--seed", "2", "--out", text.string()},
            interrupts);
  std::vector<PerplexityFigures> all;
  for (const PerplexityModel& model : models) {
    for (const char* weights : kWeights) {
      announce(host::text("perplexity of {} in {}", model.name, weights));
      host::run({barellama.string(), "convert", model.checkpoint.string(), "--tokenizer",
                 model.tokenizer.string(), "--type", weights, "-o", file.string()},
                interrupts);
      for (const char* kv : kKeysAndValues) {
        const auto measured =
            nlohmann::json::parse(host::run({barellama.string(), "perplexity", file.string(),
                                             "--text", text.string(), "--kv", kv, "--json"},
                                            interrupts));
        all.push_back({model.name, weights, kv, measured.at("perplexity"), measured.at("tokens")});
      }
      fs::remove(file);
    }
  }
  return all;
}

void print_perplexities(const std::vector<PerplexityFigures>& all) {
  std::printf("\nPerplexity of stories that no model has seen\n%-16s %-8s %-6s %12s %8s\n", "model",
              "weights", "kv", "perplexity", "tokens");
  for (const PerplexityFigures& one : all) {
    std::printf("%-16s %-8s %-6s %12.4f %8llu\n", one.model.c_str(), one.weights.c_str(),
                one.kv.c_str(), one.perplexity, static_cast<unsigned long long>(one.tokens));
  }
}

nlohmann::ordered_json to_json(const PerplexityFigures& figures) {
  return {{"model", figures.model},
          {"weights", figures.weights},
          {"kv", figures.kv},
          {"perplexity", figures.perplexity},
          {"tokens", figures.tokens}};
}

}  // namespace bench
