#include "kernel/reports/json_text.h"

#include <gtest/gtest.h>

#include <array>

namespace kernel {
namespace {

TEST(JsonText, EscapesWhatJsonDoesNotTake) {
  std::array<char, 100> memory;
  base::TextBuffer out(memory);
  print_json_escaped(out, "a\"b\\c\n\x01\x7f\xc3\xa9");
  EXPECT_EQ(out.view(), "a\\\"b\\\\c\\u000a\\u0001\\u007f\xc3\xa9");
}

}  // namespace
}  // namespace kernel
