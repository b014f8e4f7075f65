// The names of records: in the table, in docs/protocol.md, and in what is written.
#include "kernel/reports/record_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host-tools/serial/records.h"
#include "host-tools/support/files.h"
#include "kernel/reports/records.h"
#include "tests/fakes/chat_model.h"
#include "tests/kernel/console/console_fixture.h"

namespace kernel {
namespace {

using testing::ElementsAreArray;
using testing::UnorderedElementsAreArray;

using Names = std::vector<std::string>;

Names fields_of(const RecordType& type) { return {type.fields.begin(), type.fields.end()}; }

// The words in backquotes of a cell.
Names quoted(const std::string& cell) {
  Names words;
  for (size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
    const size_t end = cell.find('`', at + 1);
    words.push_back(cell.substr(at + 1, end - at - 1));
    at = end;
  }
  return words;
}

// The first cells of each row of the table that begins with `header`.
std::vector<std::pair<std::string, std::string>> rows_of(const std::string& header) {
  std::vector<std::pair<std::string, std::string>> rows;
  const std::string text = host::read_file(BARELLAMA_SOURCE "/docs/protocol.md");
  size_t at = text.find("\n" + header);
  if (at == std::string::npos) return rows;
  at = text.find("|\n", text.find("|---", at)) + 2;
  while (text[at] == '|') {
    const size_t first = text.find(" | ", at);
    rows.emplace_back(text.substr(at, first - at),
                      text.substr(first + 3, text.find(" |", first + 3) - first - 3));
    at = text.find('\n', at) + 1;
  }
  return rows;
}

TEST(RecordNames, OfFieldsAreThoseOfTheDocument) {
  Names types;
  std::map<std::string, Names> fields;
  for (const auto& [type, field] : rows_of("| record | field | what |")) {
    const Names names = quoted(type);
    ASSERT_EQ(names.size(), 1u) << type;
    if (types.empty() || types.back() != names[0]) types.push_back(names[0]);
    for (const std::string& name : quoted(field)) fields[names[0]].push_back(name);
  }
  Names with_fields;
  for (const RecordType& type : record::kTypes) {
    if (!type.fields.empty()) with_fields.emplace_back(type.name);
    EXPECT_THAT(fields[std::string(type.name)], ElementsAreArray(fields_of(type))) << type.name;
  }
  EXPECT_THAT(types, ElementsAreArray(with_fields));
}

TEST(RecordNames, OfEventsAreThoseOfTheDocument) {
  Names events;
  for (const auto& [names, when] : rows_of("| event | when |")) {
    for (const std::string& name : quoted(names)) events.push_back(name);
  }
  Names expected;
  for (const RecordType& type : record::kTypes) {
    if (type.name.find('.') == std::string_view::npos) expected.emplace_back(type.name);
  }
  EXPECT_THAT(events, UnorderedElementsAreArray(expected));
}

class WrittenRecords : public ConsoleTest {
 protected:
  // Which fields each kind had. Objects that have no kind have keys of any name.
  void look_at(const nlohmann::json& object, const std::string& kind) {
    bool is_known = false;
    for (const RecordType& type : record::kTypes) is_known = is_known || type.name == kind;
    if (!is_known) return;
    auto& seen = fields_[kind];
    for (const auto& [name, value] : object.items()) {
      if (name == field::kEvent) continue;
      seen.insert(name);
      if (value.is_object()) look_at(value, kind + "." + name);
      if (!value.is_array()) continue;
      for (const auto& element : value) {
        if (element.is_object()) look_at(element, kind + "." + name);
      }
    }
  }
  void look_at_console() {
    host::RecordParser parser;
    for (const auto& event : parser.feed(machine_.wire())) {
      if (event.kind == host::ConsoleEvent::Kind::kRecord) look_at(event.fields, event.name);
    }
  }

  std::map<std::string, std::set<std::string>> fields_;
};

TEST_F(WrittenRecords, HaveEachFieldOfTheTableAndNoOther) {
  machine_.count_events();
  insert({{"barellama.ini", fakes::to_bytes("records = 1\nautostart = 0\nsteps = 40\nseed = 3\n"
                                            "ctx = 48\nprofile = trace\nram_mib = 0.4\n")},
          {"chat.blm", fakes::make_chat_model(256)}});
  console_.start();
  console_.say("/perplexity a b");
  console_.say("/selftest");
  // Slow enough that a pass shows where it is, then turns until some are forgotten.
  machine_.set_clock_step_us(100'000);
  console_.say("a b");
  console_.say("/bench");
  machine_.set_clock_step_us(1);
  for (int turn = 0; turn < 4; ++turn) console_.say("a b c");
  console_.say("/model absent.blm");
  look_at_console();
  for (const RecordType& type : record::kTypes) {
    ASSERT_TRUE(fields_.contains(std::string(type.name))) << type.name;
    EXPECT_THAT(fields_[std::string(type.name)], UnorderedElementsAreArray(fields_of(type)))
        << type.name;
  }
}

}  // namespace
}  // namespace kernel
