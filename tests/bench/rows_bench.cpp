#include "tests/bench/rows_bench.h"

#include <cstdio>

#include "host-tools/support/failure.h"
#include "tests/bench/guest_counter.h"
#include "tests/bench/rows/shapes.h"

namespace bench {
namespace {

constexpr auto kPatience = std::chrono::minutes(5);
constexpr uint32_t kNarrow = 288;
constexpr double kCyclesPerByte = 1e9 / 350e6;

double bytes_of_weight(const rows::Kind& kind) {
  const llama::WeightTraits& traits = llama::traits_of(kind.type);
  constexpr double kWeights = llama::kColumnsPerGroup * llama::kRowsPerGroup;
  const double kept = 1 - kind.pruned / 100.0;
  const double masked = traits.smallest_block_bytes + kept * kWeights * traits.integer_bits / 8;
  return (kind.pruned == 0 ? traits.largest_block_bytes : masked) / kWeights;
}

std::string name_of(const rows::Kind& kind) {
  const std::string type = llama::name_of(kind.type);
  return kind.pruned == 0 ? type : host::text("{}, {} % pruned", type, kind.pruned);
}

void compare_with_narrow(std::vector<RowsFigures>& all) {
  for (RowsFigures& one : all) {
    for (const RowsFigures& narrow : all) {
      if (narrow.type != one.type || narrow.width != kNarrow) continue;
      one.over_narrow = one.cycles / narrow.cycles - 1;
    }
  }
}

}  // namespace

std::vector<RowsFigures> measure_rows(const std::filesystem::path& folder,
                                      const std::filesystem::path& plugin,
                                      host::Interrupts* interrupts) {
  host::EmulatorOptions options;
  options.kernel = folder / "bench_rows.img";
  GuestCounter counter;
  counter.plugin = plugin;
  counter.elf = folder / "bench_rows.elf";
  std::vector<RowsFigures> all;
  for (const rows::Kind& kind : rows::kKinds) {
    for (const uint32_t width : rows::kWidths) {
      if (!kind.has_width(width)) continue;
      counter.warm_up = 0;
      counter.from = host::text("rows::begun:{}", all.size() + 1);
      counter.to = host::text("rows::passed:{}", all.size() + 1);
      const GuestRun run = count_guest(options, counter, kPatience, interrupts);
      const double macs = double{rows::kChunks} * rows::rows_of_chunk(kind.type, width) * width;
      RowsFigures figures{.type = name_of(kind),
                          .weight_type = kind.type,
                          .width = width,
                          .pruned = kind.pruned,
                          .bytes = bytes_of_weight(kind)};
      figures.cycles = static_cast<double>(run.counts().cycles) / macs;
      figures.instructions = static_cast<double>(run.counts().instructions) / macs;
      figures.over_bound = figures.cycles / (figures.bytes * kCyclesPerByte) - 1;
      all.push_back(figures);
    }
  }
  compare_with_narrow(all);
  return all;
}

void print_rows(const std::vector<RowsFigures>& all) {
  std::printf(
      "\nA multiply-accumulate by the width of the rows: one column, weights from SDRAM at "
      "350 MB/s\n");
  std::printf("%-24s %7s %8s %13s %15s %18s\n", "type", "columns", "cycles", "instructions",
              "against 288", "against reading it");
  for (const RowsFigures& one : all) {
    std::printf("%-24s %7u %8.3f %13.3f %+13.1f %% %+16.1f %%\n", one.type.c_str(), one.width,
                one.cycles, one.instructions, 100 * one.over_narrow, 100 * one.over_bound);
  }
}

nlohmann::ordered_json to_json(const RowsFigures& figures) {
  return {{"type", figures.type},
          {"columns", figures.width},
          {"cycles_per_mac", figures.cycles},
          {"instructions_per_mac", figures.instructions},
          {"over_reading", figures.over_bound}};
}

}  // namespace bench
