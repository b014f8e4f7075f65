#include "llama/pace/pace.h"

#include <gtest/gtest.h>

#include "host-tools/support/failure.h"

namespace llama {
namespace {

std::string complaint(std::string_view line) {
  Pace pace;
  const base::Status applied = pace.apply(line);
  // Nothing of a line that is wrong is taken.
  EXPECT_TRUE(applied.ok() || pace.card_bytes_per_s == Pace().card_bytes_per_s) << line;
  return applied.ok() ? "" : host::text(applied);
}

TEST(Pace, TakesALineOfWhatABoardMeasured) {
  Pace pace;
  ASSERT_TRUE(pace.apply("card:21.5,read:2.25,q8_0.1:0").ok());
  EXPECT_DOUBLE_EQ(pace.card_bytes_per_s, 21.5e6);
  EXPECT_EQ(pace.cycles("read"), 2.25);
  EXPECT_EQ(pace.cycles("q8_0.1"), 0.0);
  EXPECT_EQ(pace.cycles("q8_0.4"), Pace().cycles("q8_0.4"));
  EXPECT_TRUE(pace.apply("").ok());
  EXPECT_EQ(pace.cycles("read"), 2.25);
}

TEST(Pace, SaysWhatOfALineCannotBe) {
  EXPECT_EQ(complaint("card:30,q9:1"), "there is no pace \"q9\"");
  for (const char* line : {"card:30,read", "card:30,read:", "card:30,read:-1", "card:30,read:fast",
                           "card:30,,read:1", "card:0", "card:1e3", "card=30"}) {
    EXPECT_NE(complaint(line).find("it must be as /bench prints it"), std::string::npos) << line;
  }
}

TEST(Pace, KnowsTheMostThatOneOfAKindTakes) {
  const Pace pace;
  EXPECT_GE(pace.most_cycles(".4"), *pace.cycles("q8_0.4"));
  EXPECT_EQ(pace.most_cycles(".nonsense"), 0);
  EXPECT_FALSE(pace.cycles("q9.1").has_value());
}

}  // namespace
}  // namespace llama
