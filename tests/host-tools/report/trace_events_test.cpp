#include "host-tools/report/trace_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "host-tools/support/files.h"

namespace host {
namespace {

using Json = nlohmann::json;

Recording golden() { return parse_recording(read_file(BARELLAMA_GOLDEN "/run.jsonl")); }

std::vector<Json> events_of(const Recording& recording) {
  return Json::parse(trace_events(recording))["traceEvents"].get<std::vector<Json>>();
}

// Nanoseconds again, since doubles of microseconds do not add up exactly.
int64_t ns(const Json& event, const char* name) {
  return static_cast<int64_t>(std::llround(event[name].get<double>() * 1000));
}

TEST(TraceEvents, HaveTheMembersThatViewersAskFor) {
  std::map<std::string, int> kinds;
  std::set<int> processes;
  for (const Json& event : events_of(golden())) {
    const auto kind = event["ph"].get<std::string>();
    ++kinds[kind];
    processes.insert(event["pid"].get<int>());
    EXPECT_TRUE(event["name"].is_string());
    if (kind != "M") {
      EXPECT_GE(event["ts"].get<double>(), 0);
    }
    if (kind == "X") {
      EXPECT_GE(event["dur"].get<double>(), 0);
      EXPECT_TRUE(event["tid"].is_number_integer());
    }
    if (kind == "C") {
      EXPECT_TRUE(event["args"].begin()->is_number());
    }
  }
  EXPECT_EQ(kinds.size(), 3u);
  EXPECT_EQ(kinds["M"], 6);
  // For each of 12 + 7 + 8 passes both counters, and an end for each answer.
  EXPECT_EQ(kinds["C"], 2 * 27 + 3);
  EXPECT_EQ(processes, (std::set<int>{1, 2}));
}

TEST(TraceEvents, NestWithinTheirThread) {
  std::map<std::pair<int, int>, std::vector<std::pair<int64_t, int64_t>>> open;
  for (const Json& event : events_of(golden())) {
    if (event["ph"] != "X") continue;
    auto& stack = open[{event["pid"].get<int>(), event["tid"].get<int>()}];
    const int64_t begin = ns(event, "ts"), end = begin + ns(event, "dur");
    while (!stack.empty() && stack.back().second <= begin) stack.pop_back();
    if (!stack.empty()) {
      EXPECT_GE(begin, stack.back().first);
      EXPECT_LE(end, stack.back().second) << event.dump();
    }
    stack.push_back({begin, end});
  }
  EXPECT_EQ(open.size(), 3u);  // passes of both boots; layers of the one without a trace
}

TEST(TraceEvents, ShowTracedSpansWhereThereAreSome) {
  int traced = 0, laid_out = 0;
  for (const Json& event : events_of(golden())) {
    if (event["ph"] != "X" || event["cat"] != "operation") continue;
    const bool is_laid_out = event["args"].contains("laid_out");
    EXPECT_EQ(is_laid_out, event["pid"] == 1);
    ++(is_laid_out ? laid_out : traced);
  }
  EXPECT_GT(traced, 8 * 6 * 10);
  EXPECT_EQ(laid_out, (12 + 7) * 17);
}

TEST(TraceEvents, StayWithinAPassWhoseOperationsAreTooLong) {
  const Recording recording = parse_recording(
      R"({"event":"pass","start_ns":100,"ns":50,"ops":{"wq":[40,1],"w2":[40,1]},"layers":[60,7]})"
      "\n");
  for (const Json& event : events_of(recording)) {
    if (event["ph"] == "X") {
      EXPECT_LE(ns(event, "ts") + ns(event, "dur"), 150);
    }
  }
}

TEST(TraceEvents, EscapeHostileNames) {
  const Recording recording = parse_recording(R"({"event":"machine","board":"\"}],\u0000<"})"
                                              "\n"
                                              R"({"event":"pass","ns":5,"ops":{"a\"b\\":[5,1]}})"
                                              "\n");
  EXPECT_EQ(events_of(recording)[0]["args"]["name"], std::string("boot 1: \"}],\0<, ", 16));
}

}  // namespace
}  // namespace host
