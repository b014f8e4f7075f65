#include "host-tools/report/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host-tools/report/summary.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"

namespace host {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string kPassLine =
    R"({"event":"pass","pass":0,"position":0,"columns":1,"start_ns":10,"ns":7,"ops":{"wq":[4,1]},"layers":[4],"rest_ns":3})"
    "\n";

std::string failure_of(const std::string& content) {
  const TemporaryFolder folder;
  write_file(folder.path() / "run.jsonl", content);
  try {
    read_recording(folder.path() / "run.jsonl");
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "no failure";
}

Recording golden() { return parse_recording(read_file(BARELLAMA_GOLDEN "/run.jsonl")); }

TEST(Recording, SortsRecordsIntoBootsAndAnswers) {
  const Recording recording = golden();
  ASSERT_EQ(recording.answers.size(), 3u);
  EXPECT_THAT(recording.skipped, testing::IsEmpty());
  EXPECT_EQ(recording.answers[0].boot, 1);
  EXPECT_EQ(recording.answers[1].boot, 1);
  EXPECT_EQ(recording.answers[1].number, 2u);
  EXPECT_EQ(recording.answers[2].boot, 2);
  EXPECT_EQ(recording.answers[2].number, 1u);
  EXPECT_EQ(recording.answers[1].model->name, "tales-1m");
  EXPECT_EQ(recording.answers[2].model->name, "stories15M");
  EXPECT_TRUE(recording.answers[0].machine->emulated());
  EXPECT_FALSE(recording.answers[2].machine->emulated());
  EXPECT_EQ(recording.answers[0].passes.size(), 12u);
  EXPECT_EQ(recording.answers[2].spans.size(), 8u);
  EXPECT_EQ(recording.answers[2].memory->parts.size(), 12u);
  EXPECT_EQ(recording.answers[0].time, "2025-11-24 07:40 UTC");
}

TEST(Recording, AddsUpInTheGoldenFile) {
  for (const Answer& answer : golden().answers) {
    EXPECT_TRUE(answer.profile->complete());
    EXPECT_EQ(summarize(answer).unaccounted_ns(), 0);
    for (const Pass& pass : answer.passes) {
      uint64_t sum = pass.rest_ns;
      for (const OperationTime& time : pass.operations) sum += time.ns;
      EXPECT_EQ(sum, pass.ns);
    }
    uint64_t memory = 0;
    for (const MemoryPart& part : answer.memory->parts) memory += part.bytes;
    EXPECT_EQ(memory, answer.memory->ram);
  }
}

TEST(Recording, SkipsACutLastLineAndSaysSo) {
  const Recording recording = parse_recording(kPassLine + R"({"event":"pass","pa)");
  EXPECT_EQ(recording.answers.size(), 1u);
  ASSERT_EQ(recording.skipped.size(), 1u);
  EXPECT_EQ(recording.skipped[0].line, 2u);
  EXPECT_THAT(recording.skipped[0].reason, HasSubstr("cut"));
}

TEST(Recording, UsesALastLineThatLacksOnlyItsEnd) {
  const Recording recording = parse_recording(kPassLine.substr(0, kPassLine.size() - 1));
  EXPECT_EQ(recording.answers.size(), 1u);
  EXPECT_TRUE(recording.skipped.empty());
}

TEST(Recording, SkipsGarbageInTheMiddle) {
  const Recording recording = parse_recording(
      kPassLine + "\x01\xff garbage\n[1,2]\n\n" + R"({"event":"new","x":1})" + "\n" +
      R"({"event":"pass","ns":-1})" + "\n" + R"({"event":7})" + "\n" + kPassLine);
  EXPECT_EQ(recording.answers[0].passes.size(), 2u);
  EXPECT_EQ(recording.unknown_events, 1u);
  ASSERT_EQ(recording.skipped.size(), 4u);
  EXPECT_EQ(recording.skipped[0].line, 2u);
  EXPECT_EQ(recording.skipped[2].line, 6u);
  EXPECT_EQ(recording.skipped[2].reason, "\"ns\" is not a whole number of 0 or more");
}

TEST(Recording, SaysWhichMemberOfARecordIsWrong) {
  const auto reason = [](const std::string& line) {
    const Recording recording = parse_recording(line + "\n");
    return recording.skipped.empty() ? "none" : recording.skipped[0].reason;
  };
  EXPECT_THAT(reason(R"({"event":"pass","ops":[1]})"), HasSubstr("\"ops\" is not an object"));
  EXPECT_THAT(reason(R"({"event":"pass","ops":{"wq":[1]}})"), HasSubstr("\"wq\""));
  EXPECT_THAT(reason(R"({"event":"pass","ns":1e300})"), HasSubstr("\"ns\""));
  EXPECT_THAT(reason(R"({"event":"pass","ns":9007199254740993})"), HasSubstr("\"ns\""));
  EXPECT_THAT(reason(R"({"event":"pass","layers":["a"]})"), HasSubstr("\"layers\""));
  EXPECT_THAT(reason(R"({"event":"profile","ops":[{"op":"wq","layer":1000000}]})"),
              HasSubstr("\"layer\""));
  EXPECT_THAT(reason(R"({"event":"profile","ops":[3]})"), HasSubstr("\"ops\""));
  EXPECT_THAT(reason(R"({"event":"trace","spans":[["wq",0,1]]})"), HasSubstr("\"spans\""));
  EXPECT_THAT(reason(R"({"event":"memory","parts":[{"name":3}]})"), HasSubstr("\"name\""));
  EXPECT_THAT(reason(R"({"event":"machine","board":null})"), HasSubstr("\"board\""));
}

TEST(Recording, TellsABootByTheClockThatFallsBack) {
  const Recording recording = parse_recording(
      kPassLine + R"({"event":"pass","pass":0,"start_ns":2,"ns":7,"rest_ns":7})" + "\n");
  ASSERT_EQ(recording.answers.size(), 2u);
  EXPECT_EQ(recording.answers[1].boot, 2);
}

TEST(Recording, KeepsWhatComesAfterTheEndWithItsAnswer) {
  const Recording recording =
      parse_recording(R"({"event":"begin"})"
                      "\n" +
                      kPassLine +
                      R"({"event":"end","reason":"stop","tokens":2})"
                      "\n"
                      R"({"event":"profile","answer":4,"ns":9,"rest_ns":9,"ops":[]})"
                      "\n"
                      R"({"event":"card","bytes":5})"
                      "\n"
                      R"({"event":"memory","ram":3,"parts":[]})"
                      "\n");
  ASSERT_EQ(recording.answers.size(), 1u);
  EXPECT_EQ(recording.answers[0].number, 4u);
  EXPECT_EQ(recording.answers[0].profile->ns, 9u);
  EXPECT_EQ(recording.answers[0].card->bytes, 5u);
  EXPECT_EQ(recording.answers[0].memory->ram, 3u);
}

TEST(Recording, SaysHowToMakeOneWhenThereAreNoTimes) {
  EXPECT_THAT(failure_of(""), AllOf(HasSubstr("run.jsonl: the file is empty"),
                                    HasSubstr("barellama console --record")));
  EXPECT_THAT(failure_of("garbage\nmore\n"),
              AllOf(HasSubstr("run.jsonl:1: this is not a JSON object"), HasSubstr("--record")));
  EXPECT_THAT(failure_of(R"({"event":"begin"})"
                         "\n"
                         R"({"event":"end","reason":"stop"})"
                         "\n"),
              AllOf(HasSubstr("run.jsonl: 2 lines, but no answer with a profile"),
                    HasSubstr("/set records on")));
}

}  // namespace
}  // namespace host
