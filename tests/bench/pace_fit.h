// The values of a pace (llama/pace/pace.h) that say best what was measured.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/bench/paced_stretches.h"

namespace bench {

struct FittedValue {
  std::string name;
  double cycles = 0;
};

// Least squares of the relative errors over the stretches that are to be fitted, without negative
// values. How fast weights are read is not fitted: it is the bandwidth of the core's model.
std::vector<FittedValue> fit_pace(std::span<const PacedStretch> stretches);

// llama/pace/pace_values.h.
std::string pace_header(std::span<const FittedValue> values);

// The least x >= 0 of |rows x - targets|^2, by coordinate descent (Franc, Hlavac & Navara 2005).
std::vector<double> nonnegative_least_squares(const std::vector<std::vector<double>>& rows,
                                              const std::vector<double>& targets);

// Nothing: some value has a name that this program was not built with.
std::optional<llama::Pace> pace_of(std::span<const FittedValue> values);

void print_pace_errors(std::span<const PacedStretch> stretches, const llama::Pace& pace);

}  // namespace bench
