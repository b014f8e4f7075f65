#include "tests/bench/rows_bench.h"

#include <gtest/gtest.h>

namespace bench {
namespace {

TEST(RowsBench, WideRowsLoseLessThan10PercentAgainstNarrowOnes) {
  const auto all = measure_rows(BARELLAMA_PI0_DIR "/tests", BENCH_PLUGIN);
  for (const RowsFigures& one : all) {
    SCOPED_TRACE(one.type + " of " + std::to_string(one.width));
    // No weight comes faster than memory gives it.
    EXPECT_GT(one.over_bound, 0);
    EXPECT_TRUE(one.width <= 288 || one.over_narrow < 0.1) << one.over_narrow;
  }
}

}  // namespace
}  // namespace bench
