#include "tests/bench/rows_bench.h"

#include <gtest/gtest.h>

namespace bench {
namespace {

// A dim of 4096 is that of Llama-2-7B. Its hidden_dim of 11008 is more than the data cache holds of
// a column, parts of which are fetched again for each chunk.
TEST(RowsBench, RowsOf4096ColumnsLoseLessThan10PercentAgainstNarrowOnes) {
  const auto all = measure_rows(BARELLAMA_PI0_DIR "/tests", BENCH_PLUGIN);
  for (const RowsFigures& one : all) {
    SCOPED_TRACE(one.type + " of " + std::to_string(one.width));
    // No weight comes faster than memory gives it.
    EXPECT_GT(one.over_bound, 0);
    if (one.pruned == 0) {
      EXPECT_LT(one.over_narrow, one.width <= 4096 ? 0.1 : 0.35);
      continue;
    }
    // Masked rows are for cards, beside which, at 20 MB/s and with a checksum, they take no time.
    const double bytes = one.cycles / (1 + one.over_bound) * 350e6 / 1e9;
    EXPECT_LT(one.cycles + 8 * bytes, bytes * 1e9 / 20e6);
  }
}

}  // namespace
}  // namespace bench
