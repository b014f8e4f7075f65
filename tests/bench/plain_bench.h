// What a token costs in plain C++ with weights of 8 bits (tests/bench/plain), on the same core.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host-tools/support/interrupts.h"
#include "tests/bench/guest_bench.h"

namespace bench {

struct PlainFigures {
  std::string shape;            // "stories15m"
  double cycles_per_token = 0;  // at position 128, and kBandwidths[kUsualBandwidth]
};

// `folder` has bench_plain.img and .elf. `with_large`: shapes of more than 100 million weights,
// too, which take minutes.
std::vector<PlainFigures> measure_plain(const std::filesystem::path& folder,
                                        const std::filesystem::path& plugin, bool with_large,
                                        host::Interrupts& interrupts);

// How many times faster the kernel tells a story than the plain model of the same shape.
void print_plain(const std::vector<PlainFigures>& plain, const std::vector<GuestFigures>& all);
nlohmann::ordered_json to_json(const PlainFigures& figures);

}  // namespace bench
