#include "tests/bench/plain_bench.h"

#include <array>
#include <cstdio>

#include "host-tools/support/failure.h"
#include "tests/bench/announce.h"

namespace bench {
namespace {

// In the order of tests/bench/plain/main.cpp. A run goes through those before, uncounted.
constexpr std::array<const char*, 3> kShapes = {"stories15m", "stories110m", "smollm2-135m"};
constexpr std::chrono::minutes kPatience{15};

}  // namespace

std::vector<PlainFigures> measure_plain(const std::filesystem::path& folder,
                                        const std::filesystem::path& plugin, bool with_large,
                                        host::Interrupts& interrupts) {
  host::EmulatorOptions options;
  options.kernel = folder / "bench_plain.img";
  GuestCounter counter;
  counter.plugin = plugin;
  counter.elf = folder / "bench_plain.elf";
  counter.warm_up = 0;
  counter.bandwidths = {kBandwidths[kUsualBandwidth]};
  std::vector<PlainFigures> all;
  announce("plain C++ on the emulated Pi");
  for (size_t i = 0; i < (with_large ? kShapes.size() : 1); ++i) {
    counter.from = host::text("plain::forward:{}", i + 1);
    counter.to = host::text("plain::passed:{}", i + 1);
    const GuestRun run = count_guest(options, counter, kPatience, &interrupts);
    all.push_back({kShapes[i], static_cast<double>(run.counts().cycles)});
  }
  return all;
}

void print_plain(const std::vector<PlainFigures>& plain, const std::vector<GuestFigures>& all) {
  std::printf("\nAgainst plain C++ with weights of 8 bits (-O3), at %u MB/s\n%-22s %14s %14s %8s\n",
              kBandwidths[kUsualBandwidth], "model", "cycles per token", "plain", "faster");
  for (const GuestFigures& figures : all) {
    for (const PlainFigures& one : plain) {
      if (!figures.model.starts_with(one.shape)) continue;
      const double cycles = figures.story.per_token(figures.story.counts().cycles);
      std::printf("%-22s %14.0f %14.0f %7.2f x\n", figures.model.c_str(), cycles,
                  one.cycles_per_token, one.cycles_per_token / cycles);
    }
  }
}

nlohmann::ordered_json to_json(const PlainFigures& figures) {
  return {{"shape", figures.shape}, {"cycles_per_token", figures.cycles_per_token}};
}

}  // namespace bench
