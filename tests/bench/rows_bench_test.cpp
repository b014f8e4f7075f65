#include "tests/bench/rows_bench.h"

#include <gtest/gtest.h>

#include "tests/bench/pruning_gain.h"

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
    // With few weights left, the core becomes the limit.
    if (one.pruned > 50) continue;
    // Masked rows are for cards, beside which, at 20 MB/s and with a checksum, they take no time.
    EXPECT_LT(one.cycles + 8 * one.bytes, one.bytes * 1e9 / 20e6);
  }
  // From a card, time follows bytes; from memory, finding the weights costs more than the zeros
  // did. Here, since measuring takes a minute.
  const auto gains = pruning_gains(all);
  ASSERT_GE(gains.size(), 4u);
  for (const PruningGain& gain : gains) {
    SCOPED_TRACE(gain.type + ", " + std::to_string(gain.pruned) + " %");
    EXPECT_NEAR(gain.streamed, gain.bytes_of_dense, 0.001);
    EXPECT_LT(gain.streamed, 1);
    EXPECT_GT(gain.pinned, 1);
    EXPECT_GT(gain.kept_cycles, 1);
  }
}

}  // namespace
}  // namespace bench
