// The promise: what plans predict is what the bench measures.
#include "tests/bench/pace_fit.h"

#include <gtest/gtest.h>

#include "host-tools/support/files.h"

namespace bench {
namespace {

constexpr double kAllowed = 0.05;
// Rounded to five digits, and fitted to what is stored.
constexpr double kSame = 1e-3;

StoredFigures stored() { return StoredFigures(BENCH_SOURCE_FOLDER "/tests/bench"); }

TEST(Pace, PredictsWithinFivePercentWhatTheBenchMeasured) {
  const auto stretches = paced_stretches(stored());
  ASSERT_GT(stretches.size(), 60u);
  size_t unseen = 0;
  for (const PacedStretch& one : stretches) {
    unseen += one.is_fitted ? 0 : 1;
    EXPECT_NEAR(one.error({}), 0, kAllowed)
        << one.model << ", " << one.type << ", kv " << one.request.kv
        << (one.request.is_prompt ? ", prompt" : ", story") << " at " << one.first_position
        << "; ./dev bench --write-pace measures and fits again";
  }
  EXPECT_GT(unseen, 10u);
}

TEST(Pace, IsWhatTheStoredFiguresGive) {
  const auto values = fit_pace(paced_stretches(stored()));
  ASSERT_EQ(values.size(), std::size(llama::kPaceValues));
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(values[i].name, llama::kPaceValues[i].name);
    EXPECT_NEAR(values[i].cycles, llama::kPaceValues[i].cycles, kSame * (values[i].cycles + kSame))
        << values[i].name << ": ./dev bench --write-pace --stored";
  }
}

TEST(NonnegativeLeastSquares, FindsWhatMadeTheTargets) {
  const std::vector<std::vector<double>> rows = {{1, 0, 2}, {0, 1, 1}, {3, 1, 0}, {1, 1, 1}};
  std::vector<double> targets;
  for (const auto& row : rows) targets.push_back(2 * row[0] + 0.5 * row[1] + 100 * row[2]);
  const auto found = nonnegative_least_squares(rows, targets);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_NEAR(found[0], 2, 1e-6);
  EXPECT_NEAR(found[1], 0.5, 1e-6);
  EXPECT_NEAR(found[2], 100, 1e-6);
}

TEST(NonnegativeLeastSquares, LeavesAtZeroWhatWouldHaveToBeNegative) {
  const auto found = nonnegative_least_squares({{1, 1}, {1, 2}, {1, 3}}, {3, 2, 1});
  EXPECT_NEAR(found[0], 2, 1e-6);
  EXPECT_EQ(found[1], 0);
}

}  // namespace
}  // namespace bench
