#include "base/numbers.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Numbers, ReadsWholeNumbersUpToTheLargest) {
  EXPECT_EQ(parse_unsigned("0"), 0u);
  EXPECT_EQ(parse_unsigned("007"), 7u);
  EXPECT_EQ(parse_unsigned("18446744073709551615"), UINT64_MAX);
}

TEST(Numbers, TakesNothingElseForAWholeNumber) {
  for (const char* text : {"", "-1", "+1", "1.0", "1 ", "0x10", "ten", "18446744073709551616",
                           "99999999999999999999999"}) {
    EXPECT_FALSE(parse_unsigned(text)) << text;
  }
}

TEST(Numbers, ReadsFractionsAsTheNearestDouble) {
  EXPECT_EQ(parse_fraction("0.1"), 0.1);
  EXPECT_EQ(parse_fraction("0.85"), 0.85);
  EXPECT_EQ(parse_fraction("12"), 12.0);
  EXPECT_EQ(parse_fraction("-3.5"), -3.5);
  EXPECT_EQ(parse_fraction(".5"), 0.5);
  EXPECT_EQ(parse_fraction("5."), 5.0);
}

TEST(Numbers, TakesNothingElseForAFraction) {
  for (const char* text :
       {"", "-", ".", "1e3", "nan", "inf", "1,5", "1.2.3", "--1", "1 2", "99999999999999999999"}) {
    EXPECT_FALSE(parse_fraction(text)) << text;
  }
}

}  // namespace
}  // namespace base
