#include "kernel/settings/command_line.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "kernel/settings/settings_sources.h"

namespace kernel {
namespace {

// The decoded value of the last setting of this name.
std::string value_of(std::string_view line, std::string_view key) {
  std::string found = "(none)";
  std::array<char, 64> out;
  while (const auto setting = next_setting(line)) {
    if (setting->key == key) found = *decode_percent(setting->encoded, out);
  }
  return found;
}

TEST(CommandLine, FindsItsSettingsAmongOthers) {
  constexpr std::string_view kLine =
      "dma.dmachans=0x7f35 barellama.seed=42  root=/dev/mmcblk0p2 barellama.prompt=Once%20upon";
  EXPECT_EQ(value_of(kLine, "seed"), "42");
  EXPECT_EQ(value_of(kLine, "prompt"), "Once upon");
  EXPECT_EQ(value_of(kLine, "root"), "(none)");
  EXPECT_EQ(value_of(kLine, "see"), "(none)");
}

TEST(CommandLine, TakesWhatEditorsOfAllSystemsWrite) {
  Settings settings;
  std::string complaints;
  struct Sink final : base::TextSink {
    explicit Sink(std::string& to) : text(to) {}
    void write(std::string_view piece) override { text += piece; }
    std::string& text;
  } sink(complaints);
  apply_command_line(settings,
                     "\xef\xbb\xbf"
                     "barellama.seed=3\r\nbarellama.steps=4\r\n",
                     &sink);
  EXPECT_EQ(settings.seed, 3u);
  EXPECT_EQ(settings.steps, 4u);
  EXPECT_EQ(complaints, "");
  apply_command_line(settings,
                     "console=ttyAMA0 \xff\xfe"
                     "b",
                     &sink);
  EXPECT_EQ(complaints,
            "cmdline.txt is UTF-16: nothing in it is read; save it as plain text in UTF-8\n");
  complaints.clear();
  apply_command_line(settings, "barellama.prompt=caf\xe9 barellama.seed=5", &sink);
  EXPECT_EQ(complaints,
            "command line: prompt is not UTF-8, but in an 8-bit encoding such as Latin-1; save "
            "cmdline.txt as UTF-8\n");
  EXPECT_EQ(settings.prompt.view(), "");
  EXPECT_EQ(settings.seed, 5u);
}

TEST(CommandLine, HasNothingInAnEmptyLine) {
  EXPECT_EQ(value_of("", "seed"), "(none)");
  EXPECT_EQ(value_of(" \t\n", "seed"), "(none)");
}

TEST(CommandLine, LetsTheLastOneCount) {
  Settings settings;
  apply_command_line(settings, "barellama.seed=1 barellama.seed=2", nullptr);
  EXPECT_EQ(settings.seed, 2u);
}

TEST(CommandLine, NamesTheConsolesUart) {
  EXPECT_FALSE(names_mini_uart(""));
  EXPECT_FALSE(names_mini_uart("console=ttyS0 barellama.serial=pl011 barellama.prompt=mini"));
  EXPECT_TRUE(names_mini_uart("console=tty1 barellama.serial=mini quiet"));
  EXPECT_FALSE(names_mini_uart("barellama.serial=mini barellama.serial=pl011"));
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
  while (const auto setting = next_setting(rest)) {
    found.push_back(std::string(setting->key) + "=" + std::string(setting->encoded));
  }
  EXPECT_EQ(found, (std::vector<std::string>{"a=1", "b=%41"}));
}

TEST(DecodePercent, RefusesValuesThatDoNotFit) {
  std::array<char, 3> out;
  EXPECT_EQ(*decode_percent("a%20b", out), "a b");
  EXPECT_EQ(decode_percent("abcd", out).status().code(), base::ErrorCode::kOutOfRange);
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
