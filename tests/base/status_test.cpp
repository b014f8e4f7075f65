#include "base/status.h"

#include <gtest/gtest.h>

namespace base {
namespace {

Result<int> half_of(int value) {
  if (value % 2 != 0) return Status::error(ErrorCode::kInvalidArgument, "{} is odd", 3);
  return value / 2;
}

Result<int> quarter_of(int value) {
  TRY_ASSIGN(const int half, half_of(value));
  TRY(half_of(half));
  return half / 2;
}

TEST(Status, TryReturnsTheFirstErrorUntouched) {
  EXPECT_EQ(quarter_of(8).value(), 2);
  EXPECT_FALSE(quarter_of(7).ok());
  const auto failed = quarter_of(6);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.status().code(), ErrorCode::kInvalidArgument);
  EXPECT_STREQ(failed.status().text(), "{} is odd");
}

}  // namespace
}  // namespace base
