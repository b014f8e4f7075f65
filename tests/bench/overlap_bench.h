// How well card and core work at the same time: passes of the board's own streaming code, over a
// card and a core of set speeds in a time of their own (tests/behaviours/timed_model.h).
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

namespace bench {

struct OverlapFigures {
  double pinned_share = 0;    // of the model's bytes
  double core_over_card = 0;  // time of the core over that of the card
  double pass = 0;            // time of a pass over that of the slower of both
  double one_by_one = 0;      // likewise, if they waited for each other
};

// Eight ratios from a slow card to a slow core, with nothing and with half of it pinned.
std::vector<OverlapFigures> measure_overlap();
void print_overlap(const std::vector<OverlapFigures>& all);
nlohmann::ordered_json to_json(const OverlapFigures& figures);

}  // namespace bench
