// The arithmetic of scopes, on a clock that the test moves.
#include "llama/profiler.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/fakes/random_model.h"

namespace llama {
namespace {

class FakeTicks final : public base::TickSource {
 public:
  uint64_t now() override {
    ++reads;
    return time;
  }
  uint64_t hz() override { return 1'000'000'000; }
  std::string_view name() const override { return "fake"; }
  uint64_t time = 0;
  int reads = 0;
};

class FakeEvents final : public EventCounters {
 public:
  Pair read() override { return value; }
  Pair value{};
};

class Listener final : public PassListener {
 public:
  void pass_ended(const Profiler& profiler) override {
    passes.push_back(profiler.pass());
    wq.push_back(profiler.pass_total(Operation::kWq));
    rest.push_back(profiler.pass_total(Operation::kRest));
    last_layer.push_back(profiler.pass_layer_ticks(static_cast<int>(profiler.layers()) - 1));
    spans.assign(profiler.pass_spans().begin(), profiler.pass_spans().end());
  }
  std::vector<Profiler::Pass> passes;
  std::vector<Profiler::Cell> wq;
  std::vector<Profiler::Cell> rest;
  std::vector<uint64_t> last_layer;
  std::vector<Profiler::Span> spans;
};

class ProfilerTest : public testing::Test {
 protected:
  static constexpr uint32_t kLayers = 3;

  void start(size_t span_capacity = 0) {
    ASSERT_TRUE(profiler_.create(kLayers, span_capacity, arena_).ok());
    profiler_.begin_answer();
  }
  uint64_t total(Operation operation) const { return profiler_.total(operation).ticks; }
  uint64_t sum_of_all() const {
    uint64_t sum = 0;
    for (int layer = Profiler::kNoLayer; layer < static_cast<int>(kLayers); ++layer) {
      sum += profiler_.layer_ticks(layer);
    }
    return sum;
  }
  // A pass in which each layer's wq takes `in_wq` beyond `waiting` within it, `in_rest` around it.
  void run_pass(uint64_t in_wq, uint64_t waiting, uint64_t in_rest) {
    Profiler::PassScope pass(&profiler_, 5, 2);
    for (uint32_t layer = 0; layer < kLayers; ++layer) {
      pass.set_layer(static_cast<int>(layer));
      ticks_.time += in_rest;
      const Profiler::Scope wq(&profiler_, Operation::kWq);
      ticks_.time += in_wq;
      const Profiler::Scope wait(&profiler_, Operation::kCardWait);
      ticks_.time += waiting;
    }
    pass.end(77);
  }

  tests::AlignedMemory memory_{1 << 16};
  base::Arena arena_{memory_.span()};
  FakeTicks ticks_;
  Profiler profiler_{ticks_};
};

TEST_F(ProfilerTest, ChargesTheInnermostScopeAlone) {
  start();
  ticks_.time += 1;
  {
    const Profiler::Scope outer(&profiler_, Operation::kWq);
    ticks_.time += 10;
    {
      const Profiler::Scope inner(&profiler_, Operation::kCardWait);
      ticks_.time += 100;
      const Profiler::Scope innermost(&profiler_, Operation::kCrc);
      ticks_.time += 1000;
    }
    ticks_.time += 20;
  }
  ticks_.time += 3;
  profiler_.end_answer();
  EXPECT_EQ(total(Operation::kWq), 30u);
  EXPECT_EQ(total(Operation::kCardWait), 100u);
  EXPECT_EQ(total(Operation::kCrc), 1000u);
  EXPECT_EQ(total(Operation::kRest), 4u);
  EXPECT_EQ(profiler_.answer_ticks(), 1134u);
  EXPECT_EQ(sum_of_all(), 1134u);
  EXPECT_EQ(profiler_.total(Operation::kWq).count, 1u);
}

TEST_F(ProfilerTest, KeepsLayersApartAndTheirRemainderToo) {
  start();
  run_pass(10, 5, 2);
  run_pass(10, 5, 2);
  profiler_.end_answer();
  for (int layer = 0; layer < 3; ++layer) {
    EXPECT_EQ(profiler_.cell(layer, Operation::kWq).ticks, 20u);
    EXPECT_EQ(profiler_.cell(layer, Operation::kCardWait).ticks, 10u);
    EXPECT_EQ(profiler_.cell(layer, Operation::kRest).ticks, 4u);
    EXPECT_EQ(profiler_.cell(layer, Operation::kWq).count, 2u);
    EXPECT_EQ(profiler_.layer_ticks(layer), 34u);
  }
  EXPECT_EQ(profiler_.layer_ticks(Profiler::kNoLayer), 0u);
  EXPECT_EQ(profiler_.passes(), 2u);
  EXPECT_EQ(profiler_.positions(), 4u);
  EXPECT_EQ(sum_of_all(), profiler_.answer_ticks());
}

TEST_F(ProfilerTest, TellsEachPassByItself) {
  Listener listener;
  start();
  profiler_.set_listener(&listener);
  ticks_.time += 50;  // before the pass: not of it
  run_pass(10, 5, 2);
  run_pass(100, 0, 1);
  ASSERT_EQ(listener.passes.size(), 2u);
  EXPECT_EQ(listener.passes[0].begin, 50u);
  EXPECT_EQ(listener.passes[0].ticks, 3 * 17u);
  EXPECT_EQ(listener.passes[0].position, 5u);
  EXPECT_EQ(listener.passes[0].columns, 2u);
  EXPECT_EQ(listener.passes[0].card_bytes, 77u);
  EXPECT_EQ(listener.passes[1].index, 1u);
  EXPECT_EQ(listener.passes[1].ticks, 3 * 101u);
  EXPECT_EQ(listener.wq[0].ticks, 30u);
  EXPECT_EQ(listener.wq[1].ticks, 300u);
  EXPECT_EQ(listener.wq[1].count, 3u);
  EXPECT_EQ(listener.rest[1].ticks, 3u);
  EXPECT_EQ(listener.last_layer[1], 101u);
}

TEST_F(ProfilerTest, TellsNobodyOfAPassThatWasGivenUp) {
  Listener listener;
  start();
  profiler_.set_listener(&listener);
  {
    Profiler::PassScope pass(&profiler_, 0, 1);
    pass.set_layer(1);
    const Profiler::Scope wq(&profiler_, Operation::kWq);
    ticks_.time += 7;
  }
  EXPECT_TRUE(listener.passes.empty());
  // What follows is of no layer again.
  const Profiler::Scope sample(&profiler_, Operation::kSample);
  ticks_.time += 2;
  profiler_.end_answer();
  EXPECT_EQ(profiler_.cell(1, Operation::kWq).ticks, 7u);
  EXPECT_EQ(profiler_.cell(Profiler::kNoLayer, Operation::kSample).ticks, 2u);
}

TEST_F(ProfilerTest, KeepsSpansWithWhatIsWithinThem) {
  Listener listener;
  start(6);
  profiler_.set_listener(&listener);
  {
    // Outside of passes nothing is kept.
    const Profiler::Scope output(&profiler_, Operation::kOutput);
    ticks_.time += 1;
  }
  run_pass(10, 5, 2);
  ASSERT_EQ(listener.spans.size(), 6u);
  EXPECT_EQ(listener.spans[0].operation, Operation::kCardWait);
  EXPECT_EQ(listener.spans[0].layer, 0);
  EXPECT_EQ(listener.spans[0].begin, 1u + 12);
  EXPECT_EQ(listener.spans[0].ticks, 5u);
  EXPECT_EQ(listener.spans[5].operation, Operation::kWq);
  EXPECT_EQ(listener.spans[5].layer, 2);
  EXPECT_EQ(listener.spans[5].begin, 1u + 2 * 17 + 2);
  EXPECT_EQ(listener.spans[5].ticks, 15u);
  EXPECT_EQ(profiler_.dropped_spans(), 0u);
}

TEST_F(ProfilerTest, CountsTheSpansThatHadNoRoom) {
  Listener listener;
  start(4);
  profiler_.set_listener(&listener);
  run_pass(10, 5, 2);
  EXPECT_EQ(listener.spans.size(), 4u);
  EXPECT_EQ(profiler_.dropped_spans(), 2u);
  run_pass(10, 5, 2);
  EXPECT_EQ(profiler_.dropped_spans(), 2u);
}

TEST_F(ProfilerTest, ChargesEventsAcrossTheirWrap) {
  FakeEvents events;
  start();
  profiler_.set_events(&events);
  events.value = {0xfffffff0, 3};
  profiler_.begin_answer();
  {
    const Profiler::Scope wq(&profiler_, Operation::kWq);
    events.value = {0x10, 8};
  }
  events.value = {0x11, 8};
  profiler_.end_answer();
  EXPECT_EQ(profiler_.total(Operation::kWq).events[0], 0x20u);
  EXPECT_EQ(profiler_.total(Operation::kWq).events[1], 5u);
  EXPECT_EQ(profiler_.total(Operation::kRest).events[0], 1u);
}

TEST_F(ProfilerTest, KeepsAnAnswerUntilTheNextOne) {
  start();
  run_pass(10, 0, 0);
  profiler_.end_answer();
  ticks_.time += 1000;
  run_pass(10, 0, 0);
  EXPECT_EQ(total(Operation::kWq), 30u);
  EXPECT_EQ(profiler_.answer_ticks(), 30u);
  profiler_.begin_answer();
  EXPECT_EQ(total(Operation::kWq), 0u);
  EXPECT_EQ(profiler_.passes(), 0u);
}

TEST_F(ProfilerTest, ReadsTheClockTwiceAScope) {
  start();
  ticks_.reads = 0;
  { const Profiler::Scope wq(&profiler_, Operation::kWq); }
  EXPECT_EQ(ticks_.reads, 2);
  { const Profiler::Scope wq(nullptr, Operation::kWq); }
  EXPECT_EQ(ticks_.reads, 2);
}

TEST(TicksToNs, LosesNothingOverYears) {
  // Three years at 1 GHz, and a clock that no decimal number divides.
  EXPECT_EQ(base::ticks_to_ns(94'608'000'000'000'001, 1'000'000'000), 94'608'000'000'000'001u);
  EXPECT_EQ(base::ticks_to_ns(7, 1'000'000), 7000u);
  EXPECT_EQ(base::ticks_to_ns(999'999'999, 999'999'999), 1'000'000'000u);
}

}  // namespace
}  // namespace llama
