#include "tests/bench/comparison.h"

#include <gtest/gtest.h>

namespace bench {
namespace {

nlohmann::json figures(const char* model, double story, double prompt) {
  const auto stretch = [](double cycles) {
    return nlohmann::json{{"cycles_per_token", {{"300", 1}, {"350", cycles}}}};
  };
  return {{"guest", {{{"model", model}, {"story", stretch(story)}, {"prompt", stretch(prompt)}}}}};
}

TEST(Comparison, TakesUpToTwoPercentMoreForNoLoss) {
  const auto changes = compare(figures("a", 1000, 1000), figures("a", 1020, 1021));
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_FALSE(changes[0].is_loss());
  EXPECT_TRUE(changes[1].is_loss());
  EXPECT_FALSE(print_changes(changes));
}

TEST(Comparison, IsFineWithAGain) {
  const auto changes = compare(figures("a", 1000, 1000), figures("a", 500, 1000));
  EXPECT_DOUBLE_EQ(changes[0].gain(), 1);
  EXPECT_TRUE(print_changes(changes));
}

TEST(Comparison, IsNotFineWithNothingInCommon) {
  EXPECT_FALSE(print_changes(compare(figures("a", 1, 1), figures("b", 1, 1))));
}

}  // namespace
}  // namespace bench
