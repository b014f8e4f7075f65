// What the kernel says of its time and memory, in exact emulated time.
#include <gmock/gmock.h>

#include <map>

#include "tests/system/kernel_machine.h"

namespace host {
namespace {

using testing::HasSubstr;

using Json = nlohmann::json;

class Profile : public KernelMachine {
 protected:
  // All records of a boot and one story, by event.
  std::map<std::string, std::vector<Json>> tell(const Settings& more = {}) {
    Settings settings = {{"temperature", "0"}, {"seed", "1"}, {"steps", "24"}};
    settings.insert(settings.end(), more.begin(), more.end());
    start(make_card({{"tales.blm", tales()}}), settings, {"-icount", "shift=0,sleep=off"});
    answer_ = ask("Once upon a time");
    std::map<std::string, std::vector<Json>> records;
    RecordParser parser;
    for (const ConsoleEvent& event : parser.feed(machine().log())) {
      if (event.kind == ConsoleEvent::Kind::kRecord) records[event.name].push_back(event.fields);
    }
    return records;
  }
  // Of the profile: "wq of layer 3" and how often it ran.
  static std::map<std::pair<std::string, int>, uint64_t> counts(const std::vector<Json>& profile) {
    std::map<std::pair<std::string, int>, uint64_t> counts;
    for (const Json& part : profile) {
      for (const Json& op : part["ops"]) counts[{op["op"], op["layer"]}] = op["count"];
    }
    return counts;
  }
  // Apart by less than a hundredth of the second.
  static void expect_equal_within_percent(uint64_t a, uint64_t b) {
    EXPECT_LT(a > b ? a - b : b - a, b / 100) << a << " and " << b;
  }

  Answer answer_;
};

TEST_F(Profile, CountsTheSameInEachRun) {
  const auto first = tell();
  const auto second = tell();
  EXPECT_FALSE(first.at("profile").empty());
  EXPECT_EQ(counts(first.at("profile")), counts(second.at("profile")));
  ASSERT_EQ(first.at("pass").size(), second.at("pass").size());
  for (size_t i = 0; i < first.at("pass").size(); ++i) {
    EXPECT_EQ(first.at("pass")[i]["ops"]["wq"][1], second.at("pass")[i]["ops"]["wq"][1]);
  }
}

TEST_F(Profile, AddsUpToTheWhole) {
  const auto records = tell();
  const Json& end = records.at("end").back();
  const Json& model = records.at("model").back();
  const Json& whole = records.at("profile").back();
  const auto layers = model["layers"].get<uint64_t>();

  // The two clocks and their readers are independent of each other.
  expect_equal_within_percent(whole["ns"], end["total_us"].get<uint64_t>() * 1000);

  // The parts of the answer.
  uint64_t sum = whole["rest_ns"];
  for (const Json& part : records.at("profile")) {
    for (const Json& op : part["ops"]) sum += op["ns"].get<uint64_t>();
  }
  EXPECT_EQ(sum, whole["ns"]);
  // Nearly all of it has a name.
  EXPECT_LT(whole["rest_ns"], whole["ns"].get<uint64_t>() / 20);

  // Passes, and what is outside of them.
  uint64_t inside = 0, outside = whole["rest_ns"], columns = 0;
  for (const Json& pass : records.at("pass")) {
    uint64_t parts = pass["rest_ns"];
    for (const auto& [name, op] : pass["ops"].items()) parts += op[0].get<uint64_t>();
    EXPECT_EQ(parts, pass["ns"]);
    EXPECT_EQ(pass["ops"]["wq"][1], layers);
    EXPECT_EQ(pass["layers"].size(), layers);
    EXPECT_EQ(pass["position"], columns);
    columns += pass["columns"].get<uint64_t>();
    inside += pass["ns"].get<uint64_t>();
    outside -= pass["rest_ns"].get<uint64_t>();
  }
  EXPECT_EQ(columns, 24u);
  for (const Json& part : records.at("profile")) {
    for (const Json& op : part["ops"]) {
      for (const char* name : {"sample", "tokenize", "decode", "output"}) {
        if (op["op"] == name) outside += op["ns"].get<uint64_t>();
      }
    }
  }
  expect_equal_within_percent(inside + outside, whole["ns"]);
}

TEST_F(Profile, SaysWhichClockCounted) {
  const auto records = tell();
  // QEMU's cycle counter stands still.
  EXPECT_EQ(records.at("machine").back()["clock"], "system timer");
  EXPECT_EQ(records.at("machine").back()["clock_hz"], 1'000'000);
  EXPECT_THAT(ask("/stats").console, HasSubstr("clock: system timer at 1.00 MHz"));
}

TEST_F(Profile, AccountsForAllMemory) {
  const auto records = tell();
  for (const Json& memory : records.at("memory")) {
    EXPECT_EQ(memory["ram"], 512 << 20);
    uint64_t sum = 0;
    std::map<std::string, uint64_t> kinds;
    for (const Json& part : memory["parts"]) {
      sum += part["bytes"].get<uint64_t>();
      kinds[part["kind"]] += part["bytes"].get<uint64_t>();
    }
    EXPECT_EQ(sum, memory["ram"]);
    for (const char* kind : {"firmware", "image", "stack", "model", "free"}) {
      EXPECT_GT(kinds[kind], 0u) << kind;
    }
    for (const Json& high : memory["high"]) EXPECT_LE(high["used"], high["bytes"]) << high;
  }
  std::map<std::string, uint64_t> used;
  for (const Json& high : records.at("memory").back()["high"]) used[high["name"]] = high["used"];
  EXPECT_GT(used["main"], 1000u);
  EXPECT_GT(used["interrupt"], 0u);
  EXPECT_GT(used["arena"], 1u << 20);
  EXPECT_THAT(ask("/mem").console, HasSubstr("   536870912 bytes\r\n"));
}

TEST_F(Profile, TellsTheCardApartFromTheWork) {
  const auto records = tell({{"ram_mib", "0.7"}, {"ctx", "64"}, {"profile", "trace"}});
  const Json& card = records.at("card").back();
  uint64_t bytes = 0;
  for (const Json& pass : records.at("pass")) {
    bytes += pass["card"]["bytes"].get<uint64_t>();
    EXPECT_GT(pass["ops"]["crc"][0], 0);
    EXPECT_GT(pass["card"]["bytes"], 0);
  }
  EXPECT_EQ(card["bytes"], bytes);
  EXPECT_GT(card["reads"], 0);
  EXPECT_EQ(card["retries"], 0);
  EXPECT_GE(card["transfer_ns"], card["wait_ns"]);
  // Each pass has its spans, none of them outside of it.
  ASSERT_EQ(records.at("trace").size(), records.at("pass").size());
  for (size_t i = 0; i < records.at("pass").size(); ++i) {
    const Json& pass = records.at("pass")[i];
    EXPECT_EQ(records.at("trace")[i]["pass"], pass["pass"]);
    for (const Json& span : records.at("trace")[i]["spans"]) {
      EXPECT_GE(span[2], pass["start_ns"]);
      EXPECT_LE(span[2].get<uint64_t>() + span[3].get<uint64_t>(),
                pass["start_ns"].get<uint64_t>() + pass["ns"].get<uint64_t>());
    }
  }
}

TEST_F(Profile, ChangesNoText) {
  const std::string with = (tell(), answer_.text);
  const std::string without = (tell({{"profile", "off"}}), answer_.text);
  EXPECT_EQ(with, without);
  EXPECT_FALSE(with.empty());
}

}  // namespace
}  // namespace host
