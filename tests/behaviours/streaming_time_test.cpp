// The promise of streaming: the card sends while the core multiplies, so that a token takes as long
// as the slower of the two, and hardly more. Card and core are models in a time of their own; what
// is measured are the profiler's own records of the code that the board runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/behaviours/timed_model.h"

namespace streaming {
namespace {

// The logits that the model gives in any case.
const std::vector<float>& right_logits(uint32_t columns) {
  static std::map<uint32_t, std::vector<float>> known;
  auto& logits = known[columns];
  if (logits.empty()) {
    TimedModel whole({.pinned_share = 2});
    EXPECT_EQ(whole.transformer().weights().streamed_bytes(), 0u);
    whole.run(columns, 1e6, 0);
    logits = whole.logits();
  }
  return logits;
}

// Core time over card time: from a card that is much slower to a core that is.
constexpr double kRatios[] = {0.05, 0.3, 0.8, 0.95, 1.0, 1.05, 1.25, 3.0, 20.0};
constexpr double kSomeRatios[] = {0.9, 1.1};
// What a pass may take more than the slower of both; and a chunk, since the embedding rows have to
// wait for the one that is under way. A pass of a 7B has 3000 chunks, one of these here 30 to 100.
constexpr double kAllowance = 1.03;

struct Work {
  uint32_t columns = 1;
  double attention = 0;  // its share of the core's time
};

// From the second pass on: with the first one the stream begins.
void expect_slower_of_both(const Board& board, const Work& work, std::span<const double> ratios) {
  TimedModel model(board);
  const double rows_ns = model.rows_ns(work.columns);
  for (const double ratio : ratios) {
    SCOPED_TRACE(testing::Message() << "core over card: " << ratio);
    const double core_ns = ratio * model.ideal_card_ns();
    model.run(work.columns, core_ns, work.attention);
    for (int i = 0; i < 2; ++i) {
      const Pass pass = model.run(work.columns, core_ns, work.attention);
      EXPECT_NEAR(pass.core_ns, core_ns, 1e-3 * core_ns);
      EXPECT_LT(pass.total_ns,
                kAllowance * (rows_ns + std::max(pass.core_ns, pass.card_ns - rows_ns)) +
                    model.chunk_ns());
      // What is not computed is waited for, and charged to nothing else.
      EXPECT_NEAR(pass.total_ns, pass.core_ns + pass.wait_ns, 1e-3 * pass.total_ns);
      EXPECT_EQ(model.logits(), right_logits(work.columns));
    }
  }
}

struct Pinning {
  double share;
  uint64_t buffer_bytes;
};

class StreamingTime : public testing::TestWithParam<Pinning> {
 protected:
  static Board board() {
    return {.pinned_share = GetParam().share, .buffer_bytes = GetParam().buffer_bytes};
  }
};

TEST_P(StreamingTime, OfATokenIsThatOfTheSlowerOfCardAndCore) {
  expect_slower_of_both(board(), {}, kRatios);
}

// The card goes on while the core does something without weights, for as long as a chunk takes.
TEST_P(StreamingTime, IsUsedWhileTheCoreIsAtAttention) {
  expect_slower_of_both(board(), {.attention = 0.02}, kRatios);
}

TEST_P(StreamingTime, OfEightTokensTogetherIsThatOfTheSlowerOfCardAndCore) {
  expect_slower_of_both(board(), {.columns = 8}, kSomeRatios);
}

// One read for each chunk, but for chunks that are cut short by a matrix's end.
TEST_P(StreamingTime, IsNotLostToShortReads) {
  TimedModel model(board());
  model.run(1, 1e6, 0);
  const Pass pass = model.run(1, 1e6, 0);
  const uint64_t streamed = model.transformer().weights().streamed_bytes();
  constexpr uint64_t kMatrices = 15;
  EXPECT_LE(pass.reads,
            streamed / (board().buffer_bytes / kTileBytes * kTileBytes) + kMatrices + 2);
  // Each byte once, and the row of the embedding table.
  EXPECT_LE(pass.card_bytes, streamed + kTileBytes + board().buffer_bytes);
}

INSTANTIATE_TEST_SUITE_P(Pinned, StreamingTime,
                         testing::Values(Pinning{0, 36 << 10}, Pinning{0.12, 36 << 10},
                                         Pinning{0.5, 36 << 10}, Pinning{0.9, 8 << 10}),
                         [](const auto& value) {
                           return std::to_string(static_cast<int>(100 * value.param.share)) +
                                  "Percent";
                         });

// A piece of a chunk is read when the piece before it has come, and not when the chunk is wanted.
TEST(StreamingTimeOfAFileInPieces, IsThatOfTheSlowerOfCardAndCore) {
  expect_slower_of_both({.pinned_share = 0.2, .blocks_per_piece = 140}, {}, kRatios);
}

// A card may take 200 ms for its own business: that is the most that it costs.
TEST(StreamingTimeOfACardThatStalls, IsLongerByTheStalls) {
  TimedModel model({.pinned_share = 0.2, .stall_every = 30});
  for (const double ratio : kSomeRatios) {
    const double core_ns = ratio * model.ideal_card_ns();
    model.run(1, core_ns, 0);
    const Pass pass = model.run(1, core_ns, 0);
    const double stalls_ns = std::ceil(static_cast<double>(pass.reads) / 30) * 200e6;
    EXPECT_GT(pass.card_ns, model.ideal_card_ns() + 200e6);
    EXPECT_LT(pass.total_ns, kAllowance * std::max(core_ns, model.ideal_card_ns()) + stalls_ns);
    EXPECT_EQ(model.logits(), right_logits(1));
  }
}

}  // namespace
}  // namespace streaming
