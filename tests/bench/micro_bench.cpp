#include "tests/bench/micro_bench.h"

#include <cstdio>

#include "tests/bench/guest_counter.h"

namespace bench {
namespace {

constexpr auto kPatience = std::chrono::minutes(2);
constexpr double kMixRounds = 1000;  // tests/bench/micro/main.cpp

constexpr double kDhrystone = 1.25;  // DMIPS/MHz: 875 DMIPS at 700 MHz, raspberry-pi-geek 2015/11

// By tinymembench on a Pi 1 at 1000 MHz, but with its SDRAM at 600 and its L2 at 500 MHz where a
// Zero has 450 and 400 (github.com/ThomasKaiser/sbc-bench, results/4vVG.txt).
struct Published {
  const char* what;
  const char* function;
  double published;  // MB/s
  const char* as;    // what it is called there
};
constexpr Published kMemory[] = {
    {"read, LDM", "read_plain", 225.0, "C scan 64"},
    {"read, LDM and PLD", "read_preloaded", 0, ""},
    {"copy, LDM and STM", "copy_plain", 180.5, "C copy"},
    {"copy, LDM, PLD and STM", "copy_preloaded", 484.1, "ARM copy prefetched (incr pld)"},
    {"write, STR", "write_words", 1117.5, "C fill"},
    {"write, STM", "write_multiple", 1927.5, "ARM fill (STM with 8 registers)"},
};
constexpr double kPublishedRandomNs = 205.3;  // single random read in 8 MiB, TLB misses included
constexpr double kLinks = 1000;

double percent_off(double model, double published) { return 100 * (model / published - 1); }

}  // namespace

MicroFigures measure_micro(const std::filesystem::path& folder, const std::filesystem::path& plugin,
                           host::Interrupts* interrupts) {
  host::EmulatorOptions options;
  options.kernel = folder / "bench_micro.img";
  GuestCounter counter;
  counter.plugin = plugin;
  counter.elf = folder / "bench_micro.elf";
  MicroFigures figures;
  for (const nlohmann::json& one : count_guest(options, counter, kPatience, interrupts).functions) {
    figures.cycles[one.at("name")] = one.at("cycles");
  }
  counter.from = "mix::run:2";
  counter.to = "mix::run:3";
  const GuestRun mix = count_guest(options, counter, kPatience, interrupts);
  figures.mix_cycles = static_cast<double>(mix.counts().cycles) / kMixRounds;
  figures.mix_instructions = static_cast<double>(mix.counts().instructions) / kMixRounds;
  return figures;
}

void print_micro(const MicroFigures& figures) {
  std::printf("\nThe model of the core beside what is published, at 350 MB/s and 150 cycles\n");
  std::printf("%-34s %10s %10s %8s  %s\n", "", "published", "model", "off by", "published as");
  std::printf("%-34s %10.2f %10.2f %+7.1f %%  %s\n", "like Dhrystone, DMIPS/MHz", kDhrystone,
              figures.mips_per_mhz(), percent_off(figures.mips_per_mhz(), kDhrystone),
              "Dhrystone 2.1, another program");
  for (const Published& one : kMemory) {
    const double model = figures.megabytes_per_second(one.function);
    std::printf("%-27s %6s", one.what, "MB/s");
    if (one.published == 0) {
      std::printf(" %10s %10.1f\n", "none", model);
    } else {
      std::printf(" %10.1f %10.1f %+7.1f %%  %s\n", one.published, model,
                  percent_off(model, one.published), one.as);
    }
  }
  const double chase = figures.cycles.at("chase") / kLinks;
  std::printf("%-34s %10.1f %10.1f %+7.1f %%  %s\n", "dependent loads that miss, ns",
              kPublishedRandomNs, chase, percent_off(chase, kPublishedRandomNs),
              "random read, 8 MiB, TLB misses too");
  std::printf("a round of everyday statements: %.0f cycles, %.0f instructions\n",
              figures.mix_cycles, figures.mix_instructions);
}

nlohmann::ordered_json to_json(const MicroFigures& figures) {
  nlohmann::ordered_json memory;
  for (const Published& one : kMemory) {
    memory[one.function] = figures.megabytes_per_second(one.function);
  }
  return {{"mips_per_mhz", figures.mips_per_mhz()},
          {"mix_cycles", figures.mix_cycles},
          {"mix_instructions", figures.mix_instructions},
          {"memory_mb_s", memory},
          {"chase_ns", figures.cycles.at("chase") / kLinks}};
}

}  // namespace bench
