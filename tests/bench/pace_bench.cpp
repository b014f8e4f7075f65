#include "tests/bench/pace_bench.h"

#include <algorithm>

#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/bench/announce.h"
#include "tests/bench/guest_bench.h"
#include "tests/bench/pace_shapes.h"

namespace bench {
namespace {

nlohmann::ordered_json to_json(const PaceShape& shape) {
  nlohmann::ordered_json json = {{"dim", shape.dim},           {"hidden_dim", shape.hidden_dim},
                                 {"layers", shape.layers},     {"heads", shape.heads},
                                 {"kv_heads", shape.kv_heads}, {"vocabulary", shape.vocabulary}};
  if (shape.pruned > 0) json["pruned"] = shape.pruned;
  return json;
}

nlohmann::ordered_json entry_of(const PaceRun& run) {
  return {{"shape", to_json(run.shape)},    {"type", run.type},
          {"kv", run.request.kv},           {"tokens_of", name_of(run.request)},
          {"ram_mib", run.request.ram_mib}, {"is_prompt", run.request.is_prompt},
          {"is_fitted", run.is_fitted}};
}

bool is_there(const StoredFigures& figures, const nlohmann::ordered_json& wanted) {
  return std::ranges::any_of(figures.of("pace"), [&](const nlohmann::ordered_json& entry) {
    return std::ranges::all_of(wanted.items(), [&](const auto& item) {
      return entry.contains(item.key()) && entry.at(item.key()) == item.value();
    });
  });
}

}  // namespace

void measure_pace(StoredFigures& figures, bool resumes, const std::filesystem::path& kernel,
                  const std::filesystem::path& plugin, host::Interrupts& interrupts) {
  const host::TemporaryFolder folder;
  const std::filesystem::path model = folder.path() / "model.blm";
  for (const PaceRun& run : pace_runs()) {
    nlohmann::ordered_json entry = entry_of(run);
    if (resumes && is_there(figures, entry)) continue;
    announce(host::text("{}, {}, kv {}, {}", name_of(run.shape), run.type, run.request.kv,
                        name_of(run.request)));
    write_pace_model(run.shape, run.type, model);
    const Stretch stretch = measure_stretch(model, run.request, kernel, plugin, interrupts);
    entry["first_position"] = stretch.first_position;
    entry["tokens"] = stretch.tokens();
    entry["cycles_per_token"] = stretch.per_token(stretch.counts().cycles);
    entry["instructions_per_token"] = stretch.per_token(stretch.counts().instructions);
    figures.take({{"pace", {entry}}}, "./dev bench --write-pace");
    figures.save();
  }
}

}  // namespace bench
