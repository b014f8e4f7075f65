// Perplexity is what its definition says, however the passes are cut.
#include "llama/perplexity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "llama/kernels/fp_mode.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/random_model.h"

namespace llama {
namespace {

constexpr int32_t kBos = 1;
constexpr int32_t kText[] = {kBos, 300, 17, 308, 4, 4, 99, 250, 12, 3, 201};

class PerplexityOf : public testing::Test {
 protected:
  void open(uint32_t context, bool all_logits, uint32_t max_columns = 4) {
    enter_flush_to_zero();
    arena_.reset();
    arena_.emplace(memory_.span());
    const auto opened = ModelFile::open(source_, *arena_);
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    file_ = *opened;
    const auto created = transformer_.create(
        file_, source_, clock_, *arena_,
        {.context = context, .max_columns = max_columns, .all_logits = all_logits, .weights = {}});
    ASSERT_TRUE(created.ok()) << created.text();
    ASSERT_TRUE(transformer_.load(nullptr).ok());
  }

  // One token after the other, in the C library's arithmetic.
  double nats_of_window(std::span<const int32_t> tokens) {
    double nats = 0;
    for (uint32_t i = 0; i + 1 < tokens.size(); ++i) {
      const auto logits = transformer_.forward(tokens.subspan(i, 1), i, Logits::kLast, nullptr);
      double sum = 0;
      for (const float logit : *logits) sum += std::exp(double{logit});
      nats += std::log(sum) - double{(*logits)[static_cast<size_t>(tokens[i + 1])]};
    }
    return nats;
  }

  Perplexity measure(std::span<const int32_t> ids, int32_t bos = kBos) {
    const auto measured = measure_perplexity(transformer_, ids, bos, nullptr, nullptr);
    EXPECT_TRUE(measured.ok()) << measured.status().text();
    return measured.ok() ? *measured : Perplexity();
  }

  tests::MemorySource source_{tests::make_model(tests::small_config(), WeightType::kQ8_0, 4096)};
  tests::AlignedMemory memory_{4 << 20};
  std::optional<base::Arena> arena_;
  pi::FakeClock clock_;
  ModelFile file_;
  Transformer transformer_;
};

TEST_F(PerplexityOf, AWindowIsTheMeanOfAllTokensButBos) {
  open(16, true);
  const Perplexity measured = measure(kText);
  EXPECT_EQ(measured.tokens, std::size(kText) - 1);
  const double nats = nats_of_window(kText);
  EXPECT_NEAR(measured.nats, nats, 1e-5 * nats);
  EXPECT_NEAR(measured.value(), std::exp(nats / 10), 1e-4 * std::exp(nats / 10));
}

TEST_F(PerplexityOf, ALongTextIsCutIntoWindowsThatBeginWithBos) {
  open(5, true);
  const Perplexity measured = measure(kText);
  EXPECT_EQ(measured.tokens, std::size(kText) - 1);
  constexpr int32_t kWindows[][5] = {{kBos, 300, 17, 308, 4}, {kBos, 4, 99, 250, 12}};
  constexpr int32_t kLast[] = {kBos, 3, 201};
  const double nats =
      nats_of_window(kWindows[0]) + nats_of_window(kWindows[1]) + nats_of_window(kLast);
  EXPECT_NEAR(measured.nats, nats, 1e-5 * nats);
}

TEST_F(PerplexityOf, WithoutBosTheFirstTokenOfAWindowIsNotCounted) {
  open(4, true);
  constexpr int32_t kIds[] = {300, 17, 308, 4, 99, 250, 12, 3, 201};
  const Perplexity measured = measure(kIds, -1);
  EXPECT_EQ(measured.tokens, 6u);
  const double nats =
      nats_of_window(std::span(kIds).first(4)) + nats_of_window(std::span(kIds).subspan(4, 4));
  EXPECT_NEAR(measured.nats, nats, 1e-5 * nats);
}

TEST_F(PerplexityOf, TheSameTextIsTheSameInBatchesOfAnySize) {
  open(16, true);
  const Perplexity batched = measure(kText);
  open(16, true, 1);
  EXPECT_EQ(measure(kText).nats, batched.nats);
  open(16, false);
  EXPECT_EQ(measure(kText).nats, batched.nats);
}

TEST_F(PerplexityOf, ProgressEndsWithAllTokens) {
  class Seen final : public PerplexityProgress {
   public:
    void measured(const Perplexity& so_far, uint64_t of_tokens) override {
      done = so_far.tokens;
      total = of_tokens;
    }
    uint64_t done = 0;
    uint64_t total = 1;
  } seen;
  for (const int32_t bos : {kBos, -1}) {
    open(4, true);
    ASSERT_TRUE(measure_perplexity(transformer_, kText, bos, nullptr, &seen).ok());
    EXPECT_EQ(seen.done, seen.total) << bos;
  }
}

TEST_F(PerplexityOf, ATextOfNothingIsRefused) {
  open(16, true);
  constexpr int32_t kOne[] = {300};
  for (const auto ids :
       {std::span<const int32_t>(), std::span(kText).first(1), std::span<const int32_t>(kOne)}) {
    const auto measured = measure_perplexity(transformer_, ids, kBos, nullptr, nullptr);
    EXPECT_EQ(measured.status().code(), base::ErrorCode::kInvalidArgument);
  }
}

TEST_F(PerplexityOf, AStoppedMeasurementSaysSo) {
  class Stop final : public Interrupt {
    bool should_stop(uint32_t, uint32_t) override { return true; }
  } stop;
  open(16, true);
  EXPECT_EQ(measure_perplexity(transformer_, kText, kBos, &stop, nullptr).status().code(),
            base::ErrorCode::kCancelled);
}

}  // namespace
}  // namespace llama
