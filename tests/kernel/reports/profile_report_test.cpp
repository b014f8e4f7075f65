// Tables and records of a profile whose every tick is known.
#include "kernel/reports/profile_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "kernel/reports/profile_records.h"
#include "tests/fakes/random_model.h"

namespace kernel {
namespace {

using llama::Operation;
using llama::Profiler;
using testing::HasSubstr;
using testing::Not;

class Sink final : public base::TextSink {
 public:
  void write(std::string_view piece) override { text += piece; }
  std::string text;
};

class Records final : public RecordSink, private base::TextSink {
 public:
  base::TextSink& begin() override {
    text_.clear();
    return *this;
  }
  void end() override {
    all.push_back(nlohmann::json::parse(text_));
    if (before_end) before_end();
  }
  std::vector<nlohmann::json> all;
  std::function<void()> before_end;

 private:
  void write(std::string_view piece) override { text_ += piece; }
  std::string text_;
};

// A clock whose ticks are not a whole number of nanoseconds.
class Ticks final : public base::TickSource {
 public:
  uint64_t now() override { return time; }
  uint64_t hz() override { return 700'000'000; }
  std::string_view name() const override { return "cycle counter"; }
  uint64_t time = 12345;
};

class ProfileReport : public testing::Test {
 protected:
  static constexpr uint32_t kLayers = 9;

  ProfileReport() {
    EXPECT_TRUE(profiler_.create(kLayers, 100, arena_).ok());
    profiler_.set_listener(&recorder_);
    profiler_.begin_answer();
    answer_.number = 4;
    answer_.generation.total_us = 1000;
  }
  void spend(Operation operation, uint64_t ticks) {
    const Profiler::Scope scope(&profiler_, operation);
    ticks_.time += ticks;
  }
  void run_pass() {
    Profiler::PassScope pass(&profiler_, 7, 2);
    spend(Operation::kEmbedding, 13);
    for (uint32_t layer = 0; layer < kLayers; ++layer) {
      pass.set_layer(static_cast<int>(layer));
      ticks_.time += 1;
      for (size_t i = static_cast<size_t>(Operation::kAttentionNorm);
           i <= static_cast<size_t>(Operation::kResidual); ++i) {
        spend(static_cast<Operation>(i), 1001 + layer);
      }
    }
    pass.set_layer(Profiler::kNoLayer);
    spend(Operation::kClassifier, 777);
    pass.end(4096);
  }
  static uint64_t ns(uint64_t ticks) { return base::ticks_to_ns(ticks, 700'000'000); }

  tests::AlignedMemory memory_{1 << 17};
  base::Arena arena_{memory_.span()};
  Ticks ticks_;
  Profiler profiler_{ticks_};
  Records records_;
  PassRecorder recorder_{records_, profiler_};
  Answer answer_;
};

TEST_F(ProfileReport, RecordsPassesThatAddUpToTheNanosecond) {
  run_pass();
  run_pass();
  ASSERT_EQ(records_.all.size(), 4u);
  for (const size_t at : {0u, 2u}) {
    const nlohmann::json& pass = records_.all[at];
    EXPECT_EQ(pass["event"], "pass");
    EXPECT_EQ(pass["pass"], at / 2);
    EXPECT_EQ(pass["position"], 7);
    EXPECT_EQ(pass["columns"], 2);
    uint64_t sum = pass["rest_ns"];
    for (const auto& [name, value] : pass["ops"].items()) sum += value[0].get<uint64_t>();
    EXPECT_EQ(sum, pass["ns"]);
    EXPECT_LT(pass["rest_ns"], 9 * 2 + 30);
    EXPECT_EQ(pass["ops"]["classifier"][0], ns(777));
    EXPECT_EQ(pass["ops"]["wq"][1], 9);
    EXPECT_EQ(pass["layers"].size(), 9u);
    EXPECT_EQ(pass["layers"][8], ns(1 + 14 * 1009 - 1009));
    EXPECT_EQ(pass["card"]["bytes"], 4096);
  }
  EXPECT_EQ(records_.all[0]["start_ns"], ns(12345));
}

TEST_F(ProfileReport, SaysWhatTheRecordsThemselvesTook) {
  records_.before_end = [&] { ticks_.time += 70'000; };  // as a slow line does
  run_pass();
  run_pass();
  // A pass and its spans.
  EXPECT_EQ(records_.all[0]["records_ns"], 0);
  EXPECT_EQ(records_.all[2]["records_ns"], ns(2 * 70'000));
  EXPECT_EQ(recorder_.spent_ns(), ns(4 * 70'000));
  EXPECT_EQ(records_.all[2]["ns"], records_.all[0]["ns"]);
}

TEST_F(ProfileReport, RecordsSpansOfEachPass) {
  run_pass();
  const nlohmann::json& trace = records_.all[1];
  EXPECT_EQ(trace["event"], "trace");
  EXPECT_EQ(trace["pass"], 0);
  EXPECT_EQ(trace["spans"].size(), 100u);
  EXPECT_EQ(trace["dropped"], 2 + 9 * 13 - 100);
  EXPECT_EQ(trace["spans"][0], nlohmann::json({"embedding", -1, ns(12345), ns(13)}));
  EXPECT_EQ(trace["spans"][1], nlohmann::json({"attention_norm", 0, ns(12345 + 14), ns(1001)}));
}

TEST_F(ProfileReport, RecordsTheAnswerInPartsThatAddUp) {
  run_pass();
  spend(Operation::kOutput, 5000);
  ticks_.time += 3;
  profiler_.end_answer();
  records_.all.clear();
  record_profile(records_, profiler_, answer_);
  // 2 cells of no layer but the output and what telling the pass took (nothing, yet counted), and
  // 13 of each of 9 layers.
  ASSERT_EQ(records_.all.size(), (3 + 9 * 13 + kCellsAPart - 1) / kCellsAPart);
  uint64_t sum = records_.all[0]["rest_ns"];
  size_t cells = 0;
  for (size_t i = 0; i < records_.all.size(); ++i) {
    const nlohmann::json& part = records_.all[i];
    EXPECT_EQ(part["event"], "profile");
    EXPECT_EQ(part["answer"], 4);
    EXPECT_EQ(part["part"], i);
    EXPECT_EQ(part["parts"], records_.all.size());
    EXPECT_EQ(part["ns"], ns(profiler_.answer_ticks()));
    cells += part["ops"].size();
    for (const auto& op : part["ops"]) {
      sum += op["ns"].get<uint64_t>();
      EXPECT_FALSE(op.contains("counters"));
    }
  }
  EXPECT_EQ(cells, 3u + 9 * 13);
  EXPECT_EQ(sum, ns(profiler_.answer_ticks()));
}

TEST_F(ProfileReport, RecordsWhatTheCoreCounted) {
  answer_.events = {"data_cache_miss", "stall"};
  profiler_.end_answer();
  profiler_.begin_answer();
  spend(Operation::kSample, 10);
  profiler_.end_answer();
  record_profile(records_, profiler_, answer_);
  EXPECT_EQ(records_.all.back()["ops"][0],
            nlohmann::json::parse(R"({"op":"sample","layer":-1,"ns":14,"count":1,
                                      "counters":{"data_cache_miss":0,"stall":0}})"));
}

TEST_F(ProfileReport, RecordsAnAnswerWithoutOperations) {
  profiler_.end_answer();
  record_profile(records_, profiler_, answer_);
  ASSERT_EQ(records_.all.size(), 1u);
  EXPECT_TRUE(records_.all[0]["ops"].empty());
}

TEST_F(ProfileReport, ShowsAllThatTakesTimeAndTheRemainderLast) {
  run_pass();
  ticks_.time += 7000;
  profiler_.end_answer();
  answer_.card = {.bytes = 3'000'000,
                  .reads = 3,
                  .retries = 1,
                  .crc_retries = 0,
                  .transfer_us = 200'000,
                  .wait_us = 50'000};
  Sink out;
  print_profile(out, profiler_, answer_,
                {.millicelsius = 45'500, .throttled = 0x50000, .arm_hz = {}});
  EXPECT_THAT(out.text, HasSubstr("answer 4: 1 passes, 2 positions"));
  EXPECT_THAT(out.text, HasSubstr("  classifier              1        0.001"));
  EXPECT_THAT(out.text, Not(HasSubstr("  sample")));
  EXPECT_LT(out.text.find("  classifier"), out.text.find("  rest"));
  EXPECT_LT(out.text.find("  rest"), out.text.find("  in all"));
  EXPECT_THAT(out.text, HasSubstr(" 100.00 "));
  EXPECT_THAT(out.text, HasSubstr("card: 3.00 MB in 3 reads, 0.20 s under way (15.00 MB/s), waited "
                                  "for 0.05 s; 1 retries, 0 for their CRC\n"));
  EXPECT_THAT(out.text, HasSubstr("clock: cycle counter at 700.00 MHz (1"));
  EXPECT_THAT(out.text, HasSubstr("; 45.5 C; throttled or under-voltage (50000)\n"));
}

TEST_F(ProfileReport, ShowsARowForEachLayer) {
  run_pass();
  profiler_.end_answer();
  Sink out;
  print_layers(out, profiler_);
  EXPECT_EQ(std::ranges::count(out.text, '\n'), 1 + 1 + 9);
  EXPECT_THAT(out.text, HasSubstr("\n      8       0.019     0.001 "));
}

TEST(AnswerLine, TellsTokensSpeedAndCard) {
  Answer answer;
  answer.generation.tokens = 11;
  answer.generation.prompt_us = 500'000;
  answer.generation.total_us = 2'500'000;
  answer.seed = 7;
  answer.card.bytes = 5'100'000;
  Sink out;
  print_answer_line(out, answer);
  EXPECT_EQ(out.text, "11 tokens, 5.00 tokens/s, first after 0.50 s, seed 7, 5.1 MB from the card");
}

TEST(AnswerLine, TellsNoSpeedOfWhatHasNone) {
  const auto line = [](uint32_t tokens, uint64_t total_us, llama::StopReason reason) {
    Answer answer;
    answer.generation = {
        .reason = reason, .tokens = tokens, .prompt_us = 500'000, .total_us = total_us};
    Sink out;
    print_answer_line(out, answer);
    return out.text.substr(0, out.text.find(", seed"));
  };
  using llama::StopReason;
  EXPECT_EQ(line(1, 500'000, StopReason::kLength), "1 tokens, first after 0.50 s");
  EXPECT_EQ(line(1, 900'000, StopReason::kEnd), "1 tokens, first after 0.50 s");
  EXPECT_EQ(line(3, 500'000, StopReason::kEnd), "3 tokens, first after 0.50 s");
  EXPECT_EQ(line(0, 500'000, StopReason::kEnd), "0 tokens: the model ended at once, after 0.50 s");
  EXPECT_EQ(line(0, 500'000, StopReason::kLength),
            "0 tokens: steps or ctx end with the prompt, after 0.50 s");
}

}  // namespace
}  // namespace kernel
