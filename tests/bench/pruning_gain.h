// What leaving out zeros gains or costs: masked rows beside the dense ones that they are made of.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/bench/rows_bench.h"

namespace bench {

struct PruningGain {
  std::string type;
  uint32_t pruned = 0;        // percent of the weights
  double kept_cycles = 0;     // of a weight that is kept
  double bytes_of_dense = 0;  // what they take, as a part of dense rows
  // Time of a single column as a part of that of dense rows: from memory, and from a card of
  // 20 MB/s, checksums included.
  double pinned = 0, streamed = 0;
};

// Of rows of 288 columns.
std::vector<PruningGain> pruning_gains(const std::vector<RowsFigures>& rows);

// Also says from which share of zeros on a token gains.
void print_pruning_gains(const std::vector<PruningGain>& gains);
nlohmann::ordered_json to_json(const PruningGain& gain);

}  // namespace bench
