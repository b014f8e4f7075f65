// The table of settings, and what else lists them.
#include "kernel/settings/setting_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "host-tools/card/card_files.h"
#include "host-tools/support/files.h"
#include "kernel/settings/settings_sources.h"
#include "kernel/settings/words.h"

namespace kernel {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;

class Sink final : public base::TextSink {
 public:
  void write(std::string_view piece) override { text += piece; }
  std::string text;
};

std::string shown(const SettingRow& row, const Settings& settings) {
  Sink sink;
  row.print(settings, sink);
  return sink.text;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const SettingRow& row : setting_rows()) all.emplace_back(row.name);
  return all;
}

std::string without_backquotes(std::string text) {
  std::erase(text, '`');
  return text;
}

// A value that the setting does not have by default.
std::string other_value(const SettingRow& row) {
  for (const char* value : {"1", "0", "0.5", "9600", "off", "f16", "mini", "card:21.5"}) {
    Settings settings;
    if (row.parse(settings, value).ok() && !row.equal(settings, Settings())) return value;
  }
  return {};
}

TEST(SettingTable, ReadsWhatItShows) {
  for (const SettingRow& row : setting_rows()) {
    Settings other;
    const std::string value = other_value(row);
    ASSERT_NE(value, "") << row.name;
    ASSERT_TRUE(row.parse(other, value).ok()) << row.name;
    Settings again;
    EXPECT_TRUE(row.parse(again, shown(row, other)).ok()) << row.name;
    EXPECT_TRUE(row.equal(again, other)) << row.name;
  }
}

TEST(SettingTable, CopiesOneSettingAndNoOther) {
  for (const SettingRow& row : setting_rows()) {
    Settings from;
    for (const SettingRow& each : setting_rows()) {
      ASSERT_TRUE(each.parse(from, other_value(each)).ok());
    }
    Settings to;
    row.copy(from, to);
    for (const SettingRow& each : setting_rows()) {
      EXPECT_EQ(each.equal(from, to), each.name == row.name) << row.name << ", " << each.name;
    }
  }
}

TEST(SettingTable, NamesEachSettingOnce) {
  std::set<std::string_view> seen;
  for (const SettingRow& row : setting_rows()) {
    EXPECT_TRUE(seen.insert(row.name).second) << row.name;
    if (row.old_name.empty()) continue;
    EXPECT_TRUE(seen.insert(row.old_name).second) << row.old_name;
  }
  EXPECT_EQ(find_setting(""), nullptr);
  EXPECT_EQ(find_setting("wallpaper"), nullptr);
}

TEST(SettingTable, AcceptsOldNamesEverywhereAndShowsThemNowhere) {
  Settings from_ini;
  Sink complaints;
  apply_ini(from_ini, "barellama.ini", "ram_mb = 1.5\n", complaints);
  EXPECT_EQ(from_ini.ram_mib, 1.5);
  Settings from_line;
  apply_command_line(from_line, "barellama.ram_mb=2.5", &complaints);
  EXPECT_EQ(from_line.ram_mib, 2.5);
  EXPECT_EQ(complaints.text, "");
  Sink all;
  print_settings(from_line, all);
  EXPECT_THAT(all.text, HasSubstr("ram_mib        = 2.500\n"));
  EXPECT_THAT(all.text, Not(HasSubstr("ram_mb")));
}

struct Entry {
  std::string name, value, help;
};

// The rows of README.md's table of settings.
std::vector<Entry> entries_of_readme() {
  std::vector<Entry> entries;
  std::string text = host::read_file(BARELLAMA_SOURCE "/README.md");
  const size_t begin = text.find("\n| key | default | what |\n|---|---|---|\n");
  if (begin == std::string::npos) return entries;
  for (size_t at = text.find("---|\n", begin) + 5; text[at] == '|';) {
    const size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    const size_t second = line.find(" | ", 1);
    const size_t third = line.find(" | ", second + 1);
    entries.push_back({without_backquotes(line.substr(2, second - 2)),
                       without_backquotes(line.substr(second + 3, third - second - 3)),
                       without_backquotes(line.substr(third + 3, line.size() - third - 5))});
  }
  return entries;
}

TEST(SettingTable, IsTheOneInTheReadme) {
  const auto entries = entries_of_readme();
  std::vector<std::string> listed;
  for (const Entry& entry : entries) {
    listed.push_back(entry.name);
    const SettingRow* row = find_setting(entry.name);
    ASSERT_NE(row, nullptr) << entry.name;
    EXPECT_EQ(entry.help, row->help) << entry.name;
    Settings settings;
    EXPECT_TRUE(row->parse(settings, entry.value == "empty" ? "" : entry.value).ok()) << entry.name;
    EXPECT_TRUE(row->equal(settings, Settings())) << entry.name << " is " << entry.value;
  }
  EXPECT_THAT(listed, ElementsAreArray(names()));
}

std::string in_one_line(std::string text) {
  for (size_t at = 0; (at = text.find("\n# ", at)) != std::string::npos;) text.replace(at, 3, " ");
  return text;
}

// A new card's barellama.ini explains each setting, and has each that it can set with its default,
// as a comment but for the model.
TEST(SettingTable, IsTheOneOfACardsIni) {
  const std::string ini = host::default_settings("");
  EXPECT_THAT(ini, HasSubstr("\n# temperature = 0.8\n"));
  for (const SettingRow& row : setting_rows()) {
    const std::string line = (row.name == "model" ? "\n" : "\n# ") + std::string(row.name) + " =";
    const size_t begin = ini.find(line);
    EXPECT_THAT(in_one_line(ini), HasSubstr("\n " + std::string(row.help))) << row.name;
    if (row.effect == SettingEffect::kStart) {
      EXPECT_EQ(begin, std::string::npos) << row.name;
      continue;
    }
    ASSERT_NE(begin, std::string::npos) << row.name;
    const size_t at = begin + line.size();
    const std::string value(trimmed(std::string_view(ini).substr(at, ini.find('\n', at) - at)));
    Settings settings;
    EXPECT_TRUE(row.parse(settings, value).ok()) << row.name;
    EXPECT_TRUE(row.equal(settings, Settings())) << row.name << " is " << value;
  }
}

TEST(SettingTable, IsUntouchedByACardsIniAsItComes) {
  Settings settings;
  Sink complaints;
  apply_ini(settings, "barellama.ini", host::default_settings("tales.blm"), complaints);
  EXPECT_EQ(complaints.text, "");
  for (const SettingRow& row : setting_rows()) {
    EXPECT_EQ(row.equal(settings, Settings()), row.name != "model") << row.name;
  }
  EXPECT_EQ(settings.model.view(), "tales.blm");
}

}  // namespace
}  // namespace kernel
