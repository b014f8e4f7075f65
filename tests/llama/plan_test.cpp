// The promise: what a plan says in advance is what opening takes, to the byte.
#include "llama/plan.h"

#include <gtest/gtest.h>

#include "host-tools/model/host_model.h"
#include "host-tools/model/synthetic_model.h"
#include "host-tools/model/tokenizer_builder.h"
#include "host-tools/support/failure.h"
#include "host-tools/support/files.h"
#include "tests/fakes/random_model.h"

namespace llama {
namespace {

constexpr uint64_t kReserved = 96;
constexpr size_t kQ8Slot = 1;  // in weight_types()

std::vector<std::byte> make_whole_model(const ModelConfig& config, uint32_t tile_bytes) {
  tests::RandomWeights reader(config, 1);
  const host::TemporaryFolder folder;
  const auto path = folder.path() / "model.blm";
  const auto tokenizer = host::require_value(
      host::build_tokenizer_segment(host::synthetic_vocabulary(config.vocab_size)), "tokenizer");
  host::write_model(reader, tokenizer, {.name = "random", .tile_bytes = tile_bytes}, path);
  const std::string content = host::read_file(path);
  const auto bytes = std::as_bytes(std::span(content));
  return {bytes.begin(), bytes.end()};
}

class NoTicks final : public base::TickSource {
 public:
  uint64_t now() override { return 0; }
  uint64_t hz() override { return 1; }
  std::string_view name() const override { return "none"; }
};

class PlanTest : public testing::Test {
 protected:
  void make(const ModelConfig& config, uint32_t tile_bytes) {
    source_.emplace(make_whole_model(config, tile_bytes));
    directory_arena_.emplace(directory_memory_.span());
    directory_.emplace();
    ASSERT_TRUE(directory_->open_directory(*source_, *directory_arena_).ok());
  }
  base::Result<Plan> plan(uint64_t ram_bytes, const Model::Options& options = {}) {
    return Plan::make(*directory_, *source_, clock_, ram_bytes, kReserved, options);
  }
  // Opens the model in this much memory, and compares.
  void expect_same(uint64_t ram_bytes, const Model::Options& options) {
    tests::AlignedMemory memory(ram_bytes);
    base::Arena arena(memory.span());
    ASSERT_TRUE(arena.allocate<std::byte>(kReserved, "reserved").ok());
    Model model;
    const base::Status opened = model.open(*source_, clock_, arena, options);
    const auto planned = plan(ram_bytes, options);
    ASSERT_EQ(planned.ok(), opened.ok()) << ram_bytes;
    if (!opened.ok()) {
      EXPECT_EQ(planned.status().code(), base::ErrorCode::kOutOfMemory);
      EXPECT_EQ(host::text(planned.status()), host::text(opened));
      return;
    }
    const Weights& weights = model.transformer().weights();
    EXPECT_EQ(planned->peak_bytes, arena.high_water()) << ram_bytes;
    EXPECT_EQ(planned->used_bytes, arena.used()) << ram_bytes;
    EXPECT_EQ(planned->context, model.transformer().context());
    EXPECT_EQ(planned->pinned_bytes, weights.pinned_bytes());
    EXPECT_EQ(planned->streamed_bytes, weights.streamed_bytes());
    EXPECT_EQ(planned->kv_bytes + planned->state_bytes + planned->buffer_bytes +
                  planned->table_bytes + planned->pinned_bytes,
              planned->used_bytes);
    if (planned->streamed_bytes > 0) {
      EXPECT_EQ(planned->pinned_bytes + planned->streamed_bytes, planned->matrix_bytes);
    }
  }

  std::optional<tests::MemorySource> source_;
  host::HostClock clock_;
  NoTicks ticks_;
  Profiler profiler_{ticks_};
  tests::AlignedMemory directory_memory_{4 << 20};
  std::optional<base::Arena> directory_arena_;
  std::optional<Model> directory_;
};

TEST_F(PlanTest, TakesTheVeryBytesThatOpeningTakes) {
  for (const bool tied : {false, true}) {
    ModelConfig config = tests::small_config();
    config.tied_classifier = tied;
    make(config, 4096);
    for (const KvType kv : {KvType::kF32, KvType::kF16, KvType::kQ8_0}) {
      for (uint64_t ram = 64 * 1024; ram < 1'400'000; ram += 32 * 1024) {
        expect_same(ram, {.transformer = {.context = 32, .kv = kv, .max_columns = 4, .weights = {}},
                          .max_prompt_bytes = 100,
                          .profiler = &profiler_,
                          .profile_spans = 10});
      }
    }
    // As many positions as there is room for, all logits, no profiler.
    for (const uint64_t ram : {300'000, 400'000, 2'000'000}) {
      expect_same(ram / 32 * 32, {.transformer = {.all_logits = true, .weights = {}}});
    }
  }
}

TEST_F(PlanTest, CountsWhatATokenMultipliesAndReads) {
  const ModelConfig config = tests::small_config();
  make(config, 4096);
  const auto whole = plan(4 << 20);
  ASSERT_TRUE(whole.ok());
  // Of each layer: wq, wo; wk, wv; w1, w2, w3.
  const uint64_t layer = 2 * 72 * 72 + 2 * 24 * 72 + 3 * 72 * 172;
  WorkCounts token = whole->work(1, 9, Logits::kLast);
  EXPECT_EQ(token.at(kQ8Slot, WeightWork::kOne), 3 * layer + 309 * 72);
  EXPECT_EQ(token.at(kQ8Slot, WeightWork::kFour), 0);
  // Keys of 12 positions in groups of four, for three pairs of heads; values of 10.
  EXPECT_EQ(token.at(KvType::kF32, KvWork::kOne), 3.0 * 72 * 12 + 3 * 72 * 10);
  // Of eight tokens, two loops over four; without the classifier.
  WorkCounts prompt = whole->work(8, 0, Logits::kNone);
  EXPECT_EQ(prompt.at(kQ8Slot, WeightWork::kOne), 0);
  EXPECT_EQ(prompt.at(kQ8Slot, WeightWork::kFour), 2 * 3 * layer);
  EXPECT_EQ(prompt.at(Work::kLogit), 0);
  EXPECT_EQ(whole->card_bytes_a_token(), 0u);
  EXPECT_FALSE(whole->token({}, 0).card_is_limit());

  Model::Options options;
  options.transformer.weights.max_pinned_bytes = 0;
  const auto streamed = plan(4 << 20, options);
  ASSERT_TRUE(streamed.ok());
  EXPECT_EQ(streamed->pinned_bytes, 0u);
  EXPECT_EQ(streamed->streamed_classifier_bytes,
            directory_->file().tensors()[directory_->file().classifier_index()].bytes);
  EXPECT_EQ(streamed->card_bytes_a_token(),
            streamed->matrix_bytes + directory_->file().tensors()[0].bytes_of_tile(0));
}

TEST_F(PlanTest, TakesTheSlowerOfCardAndCore) {
  make(tests::small_config(), 4096);
  Model::Options options;
  options.transformer.weights.max_pinned_bytes = 0;
  options.transformer.max_columns = 4;
  const auto plan = this->plan(4 << 20, options);
  ASSERT_TRUE(plan.ok());
  Pace slow_card;
  slow_card.card_bytes_per_s = 1e6;
  slow_card.core_hz = 1e15;
  const PassTime by_card = plan->token(slow_card, 0);
  EXPECT_TRUE(by_card.card_is_limit());
  EXPECT_DOUBLE_EQ(by_card.total_s, static_cast<double>(plan->card_bytes_a_token()) / 1e6);

  Pace slow_core;
  slow_core.card_bytes_per_s = 1e12;
  slow_core.core_hz = 1e6;
  const PassTime by_core = plan->token(slow_core, 9);
  EXPECT_FALSE(by_core.card_is_limit());
  EXPECT_NEAR(by_core.total_s, plan->work(1, 9, Logits::kLast).cycles(slow_core) / 1e6, 1e-5);
  EXPECT_GT(by_core.total_s, plan->token(slow_core, 1).total_s);
  // Ten tokens are three passes, of which the last one alone needs the classifier.
  const PassTime prompt = plan->prompt(slow_card, 10);
  EXPECT_NEAR(prompt.total_s,
              static_cast<double>(3 * plan->streamed_bytes - 2 * plan->streamed_classifier_bytes +
                                  10 * plan->row_bytes) /
                  1e6,
              1e-9);
}

}  // namespace
}  // namespace llama
