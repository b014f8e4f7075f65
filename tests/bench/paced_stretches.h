// What tokens took on the emulated Pi, as it is stored, beside what the plan says of them.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "llama/plan.h"
#include "tests/bench/stored_figures.h"
#include "tests/bench/stretch_request.h"

namespace bench {

struct PacedStretch {
  std::string model;  // file or shape
  std::string type;   // of its weights
  StretchRequest request;
  uint32_t first_position = 0;
  uint32_t tokens = 0;
  bool is_fitted = false;  // whether the pace was made of it
  double cycles = 0;       // measured, of a token
  llama::WorkCounts work;  // planned, of a token

  double error(const llama::Pace& pace) const { return work.cycles(pace) / cycles - 1; }
};

// All of the parts "pace" and "guest". Throws host::Failure.
std::vector<PacedStretch> paced_stretches(const StoredFigures& figures);

// Entries of the part "planned": what is planned of those that the pace was not made of.
nlohmann::ordered_json planned_entries(std::span<const PacedStretch> stretches,
                                       const llama::Pace& pace);
// The part "seven_b" with the times that are planned at this pace.
nlohmann::ordered_json seven_b_entries(const StoredFigures& figures, const llama::Pace& pace);

// Of a model without its weights, on a board such as the emulated one.
llama::Plan plan_of(const llama::ModelConfig& config, const std::string& type,
                    const StretchRequest& request);
// Of a token, on average.
llama::WorkCounts work_of(const llama::Plan& plan, const StretchRequest& request,
                          uint32_t first_position, uint32_t tokens);

}  // namespace bench
