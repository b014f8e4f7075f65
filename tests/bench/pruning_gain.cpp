#include "tests/bench/pruning_gain.h"

#include <algorithm>
#include <cstdio>

#include "host-tools/support/failure.h"

namespace bench {
namespace {

constexpr uint32_t kWidth = 288;
constexpr double kCardCycles = 1e9 / 20e6;  // of a byte
constexpr double kCheckCycles = 8;          // of a byte: CRC-32C by the core's model

double streamed_cycles(const RowsFigures& rows) {
  return std::max(rows.cycles + kCheckCycles * rows.bytes, kCardCycles * rows.bytes);
}

// Of a masked type, by the bytes of its blocks.
double zeros_to_be_shorter(const llama::WeightTraits& traits) {
  constexpr double kWeights = llama::kRowsPerGroup * llama::kColumnsPerGroup;
  const double values = (traits.largest_block_bytes - traits.smallest_block_bytes) * 8.0;
  return 1 - values / traits.integer_bits / kWeights;
}

const RowsFigures& dense_of(const RowsFigures& masked, const std::vector<RowsFigures>& rows) {
  const llama::WeightTraits& traits = llama::traits_of(masked.weight_type);
  const auto dense = std::ranges::find_if(rows, [&](const RowsFigures& one) {
    return one.width == masked.width && one.weight_type == traits.dense->type;
  });
  if (dense == rows.end()) host::fail("{} rows were not measured", traits.dense->name);
  return *dense;
}

}  // namespace

std::vector<PruningGain> pruning_gains(const std::vector<RowsFigures>& rows) {
  std::vector<PruningGain> gains;
  for (const RowsFigures& one : rows) {
    if (one.pruned == 0 || one.width != kWidth) continue;
    const RowsFigures& dense = dense_of(one, rows);
    gains.push_back({.type = llama::name_of(one.weight_type),
                     .pruned = one.pruned,
                     .kept_cycles = one.cycles / (1 - one.pruned / 100.0),
                     .bytes_of_dense = one.bytes / dense.bytes,
                     .pinned = one.cycles / dense.cycles,
                     .streamed = streamed_cycles(one) / streamed_cycles(dense)});
  }
  return gains;
}

void print_pruning_gains(const std::vector<PruningGain>& gains) {
  std::printf("\nRows without their zeros, against dense ones of %u columns, at 350 MB/s\n",
              kWidth);
  std::printf("%-14s %8s %22s %14s %18s %24s\n", "type", "zeros", "cycles a kept weight", "bytes",
              "time from memory", "from a card, 20 MB/s");
  for (const PruningGain& gain : gains) {
    std::printf("%-14s %6u %% %22.2f %14.2f %18.2f %24.2f\n", gain.type.c_str(), gain.pruned,
                gain.kept_cycles, gain.bytes_of_dense, gain.pinned, gain.streamed);
  }
  for (const llama::WeightTraits* const traits : llama::weight_types()) {
    if (traits->dense == nullptr) continue;
    uint32_t first = 100, most = 0;
    for (const PruningGain& gain : gains) {
      if (gain.type != traits->name) continue;
      most = std::max(most, gain.pruned);
      if (gain.pinned < 1) first = std::min(first, gain.pruned);
    }
    std::printf("%s: a token gains from more than %.1f %% of zeros on if it comes from that card; ",
                traits->name, 100 * zeros_to_be_shorter(*traits));
    if (first < 100) {
      std::printf("from memory at %u %%\n", first);
    } else {
      std::printf("from memory never, up to %u %%\n", most);
    }
  }
}

nlohmann::ordered_json to_json(const PruningGain& gain) {
  return {{"type", gain.type},
          {"pruned", gain.pruned},
          {"cycles_of_kept", gain.kept_cycles},
          {"bytes_of_dense", gain.bytes_of_dense},
          {"pinned_of_dense", gain.pinned},
          {"streamed_of_dense", gain.streamed}};
}

}  // namespace bench
