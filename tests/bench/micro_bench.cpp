#include "tests/bench/micro_bench.h"

#include <cstdio>
#include <vector>

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

constexpr Loop kLoops[] = {
    {"chain_add", 16 + 2},
    {"chain_shifted_add", 15 * 2 + 3},  // 1, and 1 for the early operand
    // Table 16-10.
    {"chain_mul", 16 * 5},        // latency 4, and 1 for the early operand
    {"chain_mla", 15 * 3 + 4},    // latency 4, less 1 for the late sum
    {"chain_smlad", 15 * 2 + 3},  // latency 3, less 1
    {"independent_smlads", 16 * 4 + 2},
    {"extract_then_smlad", 16 * 3 + 2},
    {"chain_smull", 16 * 6},  // RdHi: latency 5, and 1
    // Tables 16-14 and 16-18.
    {"load_then_use", 16 * 4 + 2},
    {"chain_ldr", 16 * 4},      // latency 3, and 1 for the address
    {"load_multiple", 16 * 4},  // eight words, two a cycle
    // Table 21-16.
    {"chain_fmacs", 16 * 8},
    {"independent_fmacs", 16 * 8 + 2},
    {"chain_fmuld", 16 * 9},
    {"chain_fdivs", 16 * 19},
    // Table 16-11. TST, seven cycles of a branch that is always predicted wrong, and every other
    // time MOV; MOV, BL, MOV.
    {"alternating_branch", 16 * 8.5 + 2},
    {"returns", 16 * 3 + 2},
    {"empty", 16 * 4},  // which it calls: BX LR
};

// All that is published, beside the model.
struct Comparison {
  const char* what;
  const char* unit;
  double published, model;  // published 0: not found
  const char* as;           // what it is called there
};

std::vector<Comparison> comparisons(const MicroFigures& figures) {
  std::vector<Comparison> all = {{"everyday statements", "DMIPS/MHz", kDhrystone,
                                  figures.mips_per_mhz(), "Dhrystone 2.1, another program"}};
  for (const Published& one : kMemory) {
    all.push_back(
        {one.what, "MB/s", one.published, figures.megabytes_per_second(one.function), one.as});
  }
  all.push_back({"dependent loads that miss", "ns", kPublishedRandomNs,
                 figures.cycles.at("chase") / kLinks, "random read, 8 MiB, TLB misses too"});
  return all;
}

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

std::span<const Loop> known_loops() { return kLoops; }

void print_micro(const MicroFigures& figures) {
  std::printf("\nThe model of the core beside what is published, at 350 MB/s and 150 cycles\n");
  std::printf("%-26s %-10s %10s %10s %9s  %s\n", "", "", "published", "model", "error",
              "published as");
  for (const Comparison& one : comparisons(figures)) {
    std::printf("%-26s %-10s ", one.what, one.unit);
    if (one.published == 0) {
      std::printf("%10s %10.2f\n", "none", one.model);
    } else {
      std::printf("%10.2f %10.2f %+7.1f %%  %s\n", one.published, one.model,
                  100 * (one.model / one.published - 1), one.as);
    }
  }
  std::printf("a round of everyday statements: %.0f cycles, %.0f instructions\n",
              figures.mix_cycles, figures.mix_instructions);
}

nlohmann::ordered_json to_json(const MicroFigures& figures) {
  nlohmann::ordered_json json;
  for (const Comparison& one : comparisons(figures)) {
    json["core"].push_back({{"what", one.what},
                            {"unit", one.unit},
                            {"published", one.published},
                            {"as", one.as},
                            {"model", one.model}});
  }
  for (const Loop& loop : kLoops) {
    json["loops"].push_back({{"loop", loop.function},
                             {"manual_cycles", loop.manual_cycles},
                             {"cycles", figures.cycles.at(loop.function) / kLoopRounds}});
  }
  return json;
}

}  // namespace bench
