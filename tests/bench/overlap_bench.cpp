#include "tests/bench/overlap_bench.h"

#include <algorithm>
#include <cstdio>

#include "tests/behaviours/timed_model.h"

namespace bench {

std::vector<OverlapFigures> measure_overlap() {
  std::vector<OverlapFigures> all;
  for (const double pinned_share : {0.0, 0.5}) {
    streaming::TimedModel model({.pinned_share = pinned_share});
    for (const double ratio : {0.05, 0.3, 0.8, 0.95, 1.05, 1.25, 3.0, 20.0}) {
      const double core_ns = ratio * model.ideal_card_ns();
      // With the first pass the stream begins.
      model.run(1, core_ns, 0);
      const streaming::Pass pass = model.run(1, core_ns, 0);
      const double slower_ns = std::max(pass.core_ns, pass.card_ns);
      all.push_back({.pinned_share = pinned_share,
                     .core_over_card = ratio,
                     .pass = pass.total_ns / slower_ns,
                     .one_by_one = (pass.core_ns + pass.card_ns) / slower_ns});
    }
  }
  return all;
}

void print_overlap(const std::vector<OverlapFigures>& all) {
  std::printf("\nA streamed pass against the slower of card and core\n%8s %15s %8s %12s\n",
              "pinned", "core over card", "pass", "one by one");
  for (const OverlapFigures& one : all) {
    std::printf("%6.0f %% %15.2f %8.3f %12.3f\n", 100 * one.pinned_share, one.core_over_card,
                one.pass, one.one_by_one);
  }
}

nlohmann::ordered_json to_json(const OverlapFigures& figures) {
  return {{"pinned_share", figures.pinned_share},
          {"core_over_card", figures.core_over_card},
          {"pass_over_slower", figures.pass},
          {"one_by_one_over_slower", figures.one_by_one}};
}

}  // namespace bench
