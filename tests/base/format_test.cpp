#include "base/format.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace base {
namespace {

template <typename... Arguments>
std::string formatted(std::string_view format, const Arguments&... arguments) {
  char memory[256];
  TextBuffer buffer(memory);
  print(buffer, format, arguments...);
  return std::string(buffer.view());
}

TEST(Format, PrintsNumbersOfEveryKind) {
  EXPECT_EQ(formatted("{} {} {}", 0, -7, 18446744073709551615u), "0 -7 18446744073709551615");
  EXPECT_EQ(formatted("{}", std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(formatted("{:x} {:08x} {:5}| {:-5}|", 255, 0xbeefu, 42, 42),
            "ff 0000beef    42| 42   |");
  EXPECT_EQ(formatted("{:.2} {:.0} {:.3} {:7.1}", 3.14159, 2.5, -0.0004, 9.96),
            "3.14 3 0.000    10.0");
  EXPECT_EQ(formatted("{} {}", std::numeric_limits<double>::quiet_NaN(), 1e300), "nan huge");
}

TEST(Format, PrintsTextAndBraces) {
  EXPECT_EQ(formatted("{} and {:-6}|{:6}|", "one", "two", std::string_view("three")),
            "one and two   | three|");
  EXPECT_EQ(formatted("{{literal} {}", 1), "{literal} 1");
}

TEST(Format, ShowsAMissingArgumentInsteadOfReadingIt) {
  EXPECT_EQ(formatted("{} {}", 1), "1 {?}");
  EXPECT_EQ(formatted("open {", 1), "open {");
}

TEST(Format, DropsWhatTheBufferHasNoRoomFor) {
  char memory[4];
  TextBuffer buffer(memory);
  print(buffer, "{}", 123456);
  EXPECT_EQ(buffer.view(), "1234");
  print(buffer, "more");
  EXPECT_EQ(buffer.view(), "1234");
}

TEST(Format, PutsTheNumbersOfAStatusInPlace) {
  char memory[64];
  TextBuffer buffer(memory);
  print(buffer, Status::error(ErrorCode::kCorrupt, "segment {} has CRC {:08x}", 3, 0xabc));
  EXPECT_EQ(buffer.view(), "segment 3 has CRC 00000abc");
}

}  // namespace
}  // namespace base
