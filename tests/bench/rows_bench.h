// What a multiply-accumulate costs by the width of the rows, on the model of the core
// (tests/bench/rows).
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host-tools/support/interrupts.h"
#include "llama/kernels/weight_type.h"

namespace bench {

struct RowsFigures {
  std::string type;  // what it is called
  llama::WeightType weight_type = {};
  uint32_t width = 0;
  uint32_t pruned = 0;  // percent of the weights
  double bytes = 0;     // of a weight
  // Of a multiply-accumulate, one column, weights from SDRAM at 350 MB/s.
  double cycles = 0, instructions = 0;
  // How much more it costs than one of 288 columns, as a part of that; and than reading the weight.
  double over_narrow = 0, over_bound = 0;
};

// Those of tests/bench/rows/shapes.h. `folder` has bench_rows.img and .elf. Throws host::Failure.
std::vector<RowsFigures> measure_rows(const std::filesystem::path& folder,
                                      const std::filesystem::path& plugin,
                                      host::Interrupts* interrupts = nullptr);

void print_rows(const std::vector<RowsFigures>& all);
nlohmann::ordered_json to_json(const RowsFigures& figures);

}  // namespace bench
