#include "kernel/settings/command_line.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace kernel {
namespace {

std::string value_of(std::string_view line, std::string_view key) {
  std::array<char, 64> out;
  const base::Result<std::string_view> value = CommandLine(line).value(key, out);
  return value.ok() ? std::string(*value) : "(none)";
}

TEST(CommandLine, FindsItsSettingsAmongOthers) {
  constexpr std::string_view kLine =
      "dma.dmachans=0x7f35 barellama.seed=42  root=/dev/mmcblk0p2 barellama.prompt=Once%20upon";
  EXPECT_EQ(value_of(kLine, "seed"), "42");
  EXPECT_EQ(value_of(kLine, "prompt"), "Once upon");
  EXPECT_EQ(value_of(kLine, "root"), "(none)");
  EXPECT_EQ(value_of(kLine, "see"), "(none)");
}

TEST(CommandLine, HasNothingInAnEmptyLine) {
  EXPECT_EQ(value_of("", "seed"), "(none)");
  EXPECT_EQ(value_of(" \t\n", "seed"), "(none)");
  std::array<char, 4> out;
  EXPECT_EQ(CommandLine("").value("seed", out).status().code(), base::ErrorCode::kNotFound);
}

TEST(CommandLine, LetsTheLastOneCount) {
  EXPECT_EQ(value_of("barellama.seed=1 barellama.seed=2", "seed"), "2");
}

TEST(CommandLine, TakesEmptyValuesAndThoseWithEqualSigns) {
  EXPECT_EQ(value_of("barellama.stop=", "stop"), "");
  EXPECT_EQ(value_of("barellama.prompt=a=b", "prompt"), "a=b");
}

TEST(CommandLine, PassesOverWhatIsNoSetting) {
  EXPECT_EQ(value_of("barellama. barellama.seed barellama.=3 xbarellama.seed=4", "seed"), "(none)");
  EXPECT_EQ(value_of("barellama.=3", ""), "(none)");
}

TEST(CommandLine, ListsAllSettings) {
  std::string_view rest = "quiet barellama.a=1 x barellama.b=%41";
  std::vector<std::string> found;
  while (const auto setting = CommandLine::next(rest)) {
    found.push_back(std::string(setting->key) + "=" + std::string(setting->encoded));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"a=1", "b=%41"}));
}

TEST(CommandLine, RefusesValuesThatDoNotFit) {
  std::array<char, 3> out;
  EXPECT_EQ(*CommandLine("barellama.x=a%20b").value("x", out), "a b");
  EXPECT_EQ(CommandLine("barellama.x=abcd").value("x", out).status().code(),
            base::ErrorCode::kOutOfRange);
}

TEST(DecodePercent, LeavesAloneWhatIsNoCode) {
  std::array<char, 32> out;
  EXPECT_EQ(*decode_percent("100%", out), "100%");
  EXPECT_EQ(*decode_percent("%4", out), "%4");
  EXPECT_EQ(*decode_percent(std::string_view("%41").substr(0, 2), out), "%4");
  EXPECT_EQ(*decode_percent("%zz%", out), "%zz%");
  EXPECT_EQ(*decode_percent("%C3%a4", out), "\xc3\xa4");
}

}  // namespace
}  // namespace kernel
