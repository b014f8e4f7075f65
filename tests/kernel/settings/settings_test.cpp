#include "kernel/settings/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "kernel/settings/setting_table.h"
#include "kernel/settings/settings_sources.h"

namespace kernel {
namespace {

using testing::HasSubstr;

class Sink final : public base::TextSink {
 public:
  void write(std::string_view piece) override { text += piece; }
  std::string text;
};

class Ini : public testing::Test {
 protected:
  // Complaints about a file.
  std::string apply(std::string_view text) {
    Sink complaints;
    apply_ini(settings_, "barellama.ini", text, complaints);
    return complaints.text;
  }

  Settings settings_;
};

TEST_F(Ini, SetsEverything) {
  EXPECT_EQ(
      apply("model = stories/small.blm\nprompt = Once upon a time\nsteps=100\n"
            "temperature = 0.5\ntop_p = 1\nseed = 18446744073709551615\nctx = 256\n"
            "kv = q8_0\nbaud = 921600\nram_mib = 1.5\nautostart = 0\nhash = on\nrecords = yes\n"
            "poweroff = true\nprofile = trace\ntop_k = 40\nmin_p = 0.05\nrepeat_penalty = 1.1\n"
            "repeat_last = 32\nchat = off\nsystem = Be brief.\npace = card:21.5,read:2\n"
            "ignore_eos = 1\n"),
      "");
  EXPECT_EQ(settings_.model.view(), "stories/small.blm");
  EXPECT_EQ(settings_.prompt.view(), "Once upon a time");
  EXPECT_EQ(settings_.profile, Settings::Profile::kTrace);
  EXPECT_EQ(settings_.steps, 100u);
  EXPECT_EQ(settings_.temperature, 0.5f);
  EXPECT_EQ(settings_.top_p, 1.0f);
  EXPECT_EQ(settings_.seed, UINT64_MAX);
  EXPECT_EQ(settings_.ctx, 256u);
  EXPECT_EQ(settings_.kv, llama::KvType::kQ8_0);
  EXPECT_EQ(settings_.baud, 921600u);
  EXPECT_EQ(settings_.ram_mib, 1.5);
  EXPECT_FALSE(settings_.autostart);
  EXPECT_TRUE(settings_.hash);
  EXPECT_TRUE(settings_.records);
  EXPECT_TRUE(settings_.poweroff);
  EXPECT_EQ(settings_.pace.view(), "card:21.5,read:2");
  EXPECT_EQ(settings_.top_k, 40u);
  EXPECT_EQ(settings_.min_p, 0.05f);
  EXPECT_EQ(settings_.repeat_penalty, 1.1f);
  EXPECT_EQ(settings_.repeat_last, 32u);
  EXPECT_TRUE(settings_.ignore_eos);
  EXPECT_EQ(settings_.chat, Settings::Chat::kOff);
  EXPECT_EQ(settings_.system.view(), "Be brief.");
}

TEST_F(Ini, TakesWhatEditorsOfAllSystemsWrite) {
  EXPECT_EQ(apply("\xef\xbb\xbf# made with care\r\n; so was this\r\n[story]\r\n\r\n"
                  "\tsteps\t=\t7 \r\n  prompt = caf\xc3\xa9\r\nseed=3"),
            "");
  EXPECT_EQ(settings_.steps, 7u);
  EXPECT_EQ(settings_.prompt.view(), "caf\xc3\xa9");
  EXPECT_EQ(settings_.seed, 3u);
}

TEST_F(Ini, TakesLineEndsOfAllSystemsAndCountsThemOnce) {
  EXPECT_EQ(apply("steps = 7\rseed = 3\r\rwallpaper = 1\r"),
            "barellama.ini, line 4: there is no setting \"wallpaper\"\n");
  EXPECT_EQ(settings_.steps, 7u);
  EXPECT_EQ(settings_.seed, 3u);
  EXPECT_EQ(apply("\r\n\r\nwallpaper = 1"),
            "barellama.ini, line 3: there is no setting \"wallpaper\"\n");
}

TEST_F(Ini, SaysWhatATextIsThatIsNotUtf8) {
  using namespace std::string_literals;
  EXPECT_EQ(apply("\xff\xfes\0e\0e\0d\0=\0005\0"s),
            "barellama.ini is UTF-16: nothing in it is read; save it as plain text in UTF-8\n");
  // A comment harms nothing.
  EXPECT_EQ(apply("# caf\xe9\nprompt = caf\xe9\nseed = 5\n"),
            "barellama.ini, line 2 is not read: it is not UTF-8, but in an 8-bit encoding such as "
            "Latin-1; save the file as UTF-8\n");
  EXPECT_EQ(settings_.prompt.view(), "");
  EXPECT_EQ(settings_.seed, 5u);
}

TEST_F(Ini, TakesOffQuotesAroundAValueOnly) {
  apply("prompt = \" She said \"hi\" \"\n");
  EXPECT_EQ(settings_.prompt.view(), " She said \"hi\" ");
  apply("prompt = \"open\n");
  EXPECT_EQ(settings_.prompt.view(), "\"open");
  apply("prompt = \"\n");
  EXPECT_EQ(settings_.prompt.view(), "\"");
  apply("prompt = \"\"\n");
  EXPECT_EQ(settings_.prompt.view(), "");
}

TEST_F(Ini, KeepsEqualsSignsAndHashesOfAValue) {
  EXPECT_EQ(apply("prompt = 1 + 1 = 2 # is it?\n"), "");
  EXPECT_EQ(settings_.prompt.view(), "1 + 1 = 2 # is it?");
}

TEST_F(Ini, LetsTheLastLineWin) {
  apply("steps = 1\nsteps = 2\n");
  EXPECT_EQ(settings_.steps, 2u);
}

TEST_F(Ini, NamesAnUnknownKeyItsLineAndWhatWasMeant) {
  EXPECT_EQ(apply("# one\n\ntemprature = 0.5\nsteps = 9\n"),
            "barellama.ini, line 3: there is no setting \"temprature\"; did you mean "
            "\"temperature\"?\n");
  EXPECT_EQ(settings_.steps, 9u);
  EXPECT_EQ(apply("wallpaper = cat\n"),
            "barellama.ini, line 1: there is no setting \"wallpaper\"\n");
}

TEST_F(Ini, NamesALineThatIsNone) {
  EXPECT_EQ(apply("steps 5\r\nseed = 4\n"),
            "barellama.ini, line 1: \"steps 5\" is not KEY = VALUE\n");
  EXPECT_EQ(settings_.seed, 4u);
}

TEST_F(Ini, TakesAnyBytesWithoutHarm) {
  uint32_t random = 1;
  std::string noise;
  for (int i = 0; i < 20'000; ++i) {
    random = random * 1664525 + 1013904223;
    noise += static_cast<char>(random >> 24);
  }
  EXPECT_NE(apply(noise), "");
  EXPECT_EQ(settings_.steps, 0u);
  EXPECT_EQ(apply(""), "");
}

struct BadValue {
  const char* key;
  std::string value;
  const char* message;
};

class RefusedValue : public testing::TestWithParam<BadValue> {};

TEST_P(RefusedValue, IsNamedAndChangesNothing) {
  Settings settings;
  const auto show = [](const Settings& shown) {
    Sink sink;
    print_settings(shown, sink);
    return sink.text;
  };
  const std::string before = show(settings);
  Sink complaints;
  apply_ini(settings, "barellama.ini", GetParam().key + (" = " + GetParam().value), complaints);
  EXPECT_THAT(complaints.text, HasSubstr(std::string("line 1: ") + GetParam().key + " cannot be"));
  EXPECT_THAT(complaints.text, HasSubstr(GetParam().message));
  EXPECT_EQ(show(settings), before);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, RefusedValue,
    testing::Values(
        BadValue{"model", std::string(256, 'm'), "at most 255"},
        BadValue{"prompt", std::string(2049, 'p'), "at most 2048"},
        BadValue{"steps", "-1", "whole number"}, BadValue{"steps", "", "whole number"},
        BadValue{"steps", "4294967296", "whole number"}, BadValue{"temperature", "hot", "0 to 100"},
        BadValue{"temperature", "-0.1", "0 to 100"}, BadValue{"temperature", "100.1", "0 to 100"},
        BadValue{"top_p", "1.01", "0 to 1"}, BadValue{"top_p", "nan", "0 to 1"},
        BadValue{"chat", "maybe", "auto, on or off"},
        BadValue{"system", std::string(1025, 's'), "at most 1024"},
        BadValue{"top_k", "-1", "whole number"}, BadValue{"min_p", "1.5", "0 to 1"},
        BadValue{"repeat_penalty", "0", "from 0.01 to 100"},
        BadValue{"repeat_penalty", "much", "from 0.01 to 100"},
        BadValue{"repeat_last", "all", "whole number"},
        BadValue{"seed", "18446744073709551616", "whole number"},
        BadValue{"seed", "1.5", "whole number"}, BadValue{"ctx", "all", "whole number"},
        BadValue{"kv", "q4_0", "f32, f16 or q8_0"},
        BadValue{"baud", "299", "between 300 and 3000000"},
        BadValue{"baud", "3000001", "between 300 and 3000000"},
        BadValue{"serial", "ttyS0", "pl011 or mini"}, BadValue{"ram_mib", "-1", "number of MiB"},
        BadValue{"ram_mib", "4097", "number of MiB"}, BadValue{"autostart", "2", "1 or 0"},
        BadValue{"hash", "maybe", "1 or 0"}, BadValue{"records", "", "1 or 0"},
        BadValue{"poweroff", "ON", "1 or 0"}, BadValue{"loader_wait", "ever", "or forever"},
        BadValue{"loader_wait", "-1", "or forever"},
        BadValue{"loader_kernel", std::string(256, 'k'), "at most 255"}),
    [](const auto& value) { return value.param.key + ("_" + std::to_string(value.index)); });

TEST(Settings, TellTheLoaderHowLongToWaitForWhichKernel) {
  Settings settings;
  EXPECT_EQ(settings.loader_wait, 3);
  EXPECT_EQ(settings.loader_kernel.view(), "barellama.img");
  Sink complaints;
  apply_ini(settings, "", "loader_wait = 0.5\nloader_kernel = old/kernel.img\n", complaints);
  EXPECT_EQ(settings.loader_wait, 0.5);
  EXPECT_EQ(settings.loader_kernel.view(), "old/kernel.img");
  apply_ini(settings, "", "loader_wait = forever", complaints);
  EXPECT_EQ(settings.loader_wait, Settings::kForever);
  EXPECT_EQ(complaints.text, "");
}

TEST(Settings, AreShownByTheNamesThatSetThem) {
  Settings settings;
  Sink shown;
  print_settings(settings, shown);
  // What is shown is a settings file.
  Sink complaints;
  apply_ini(settings, "shown", shown.text, complaints);
  EXPECT_EQ(complaints.text, "");
  for (const SettingRow& row : setting_rows()) {
    EXPECT_THAT(shown.text, HasSubstr(std::string(row.name)));
    EXPECT_NE(apply_setting(settings, row.name, "\x01").code(), base::ErrorCode::kNotFound)
        << row.name;
  }
  EXPECT_EQ(setting_rows().size(), 26u);
}

TEST(Settings, AreShownInOneColumn) {
  Sink shown;
  print_settings(Settings(), shown);
  std::istringstream lines(shown.text);
  const size_t column = shown.text.find(" = ");
  size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_EQ(line.find(" = "), column) << line;
    EXPECT_NE(line.find_first_of(" "), 0u) << line;
  }
  EXPECT_EQ(count, setting_rows().size());
}

// The console is needed before a card is read.
TEST(Settings, TakeTheUartFromTheCommandLineOnly) {
  Settings settings;
  Sink complaints;
  apply_command_line(settings, "quiet barellama.serial=mini", &complaints);
  EXPECT_EQ(settings.serial, Settings::Serial::kMini);
  apply_ini(settings, "barellama.ini", "serial = mini\n", complaints);
  EXPECT_EQ(complaints.text, "") << "that is what it is";
  apply_ini(settings, "barellama.ini", "serial = pl011\n", complaints);
  EXPECT_EQ(settings.serial, Settings::Serial::kMini);
  EXPECT_EQ(complaints.text,
            "barellama.ini, line 1: serial cannot be \"pl011\": it is needed before the card is "
            "read; write barellama.serial=... into cmdline.txt\n");
}

TEST(Settings, TakeTheirLongestTexts) {
  Settings settings;
  EXPECT_TRUE(apply_setting(settings, "model", std::string(255, 'm')).ok());
  EXPECT_TRUE(apply_setting(settings, "prompt", std::string(2048, 'p')).ok());
  EXPECT_EQ(settings.prompt.view().size(), 2048u);
}

}  // namespace
}  // namespace kernel
