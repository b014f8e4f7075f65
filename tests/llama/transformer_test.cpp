// The promises of streaming: whatever is pinned, however small the chunks, the same bits; and
// damaged weights never become logits.
#include "llama/transformer.h"

#include <gtest/gtest.h>

#include <cstring>

#include "llama/kernels/fp_mode.h"
#include "tests/fakes/random_model.h"

namespace llama {
namespace {

using tests::AlignedMemory;
using tests::MemorySource;

class CountingClock final : public base::Clock {
 public:
  uint64_t now_us() override { return ++now_; }

 private:
  uint64_t now_ = 0;
};

// A model, opened and planned into an arena of a given size.
class Machine {
 public:
  Machine(std::vector<std::byte> bytes, size_t arena_bytes, const Transformer::Options& options)
      : source(std::move(bytes)), memory(arena_bytes), arena(memory.span()) {
    enter_flush_to_zero();
    auto opened = ModelFile::open(source, arena);
    status = opened.status();
    if (!status.ok()) return;
    file = *opened;
    status = transformer.create(file, source, clock, arena, options);
    if (status.ok()) status = transformer.load(nullptr);
  }

  // Runs `tokens` in calls of `batch` and returns all logits.
  base::Status run(std::span<const int32_t> tokens, uint32_t batch, std::vector<float>& logits) {
    for (uint32_t at = 0; at < tokens.size(); at += batch) {
      const auto part = tokens.subspan(at, std::min<size_t>(batch, tokens.size() - at));
      TRY_ASSIGN(const auto made, transformer.forward(part, at, Logits::kAll, nullptr));
      logits.insert(logits.end(), made.begin(), made.end());
    }
    return base::ok_status();
  }

  MemorySource source;
  AlignedMemory memory;
  base::Arena arena;
  CountingClock clock;
  ModelFile file;
  Transformer transformer;
  base::Status status;
};

constexpr int32_t kTokens[] = {1, 300, 17, 308, 4, 4, 99, 250, 12, 3, 201};

Transformer::Options options_with(uint64_t max_pinned, uint64_t buffer_bytes) {
  return {.context = 16,
          .max_columns = 4,
          .all_logits = true,
          .weights = {.buffer_bytes = buffer_bytes, .max_pinned_bytes = max_pinned}};
}

std::vector<float> logits_of(const std::vector<std::byte>& model, uint64_t max_pinned,
                             uint64_t buffer_bytes, uint32_t batch) {
  Machine machine(model, 4 << 20, options_with(max_pinned, buffer_bytes));
  EXPECT_TRUE(machine.status.ok()) << machine.status.text();
  std::vector<float> logits;
  EXPECT_TRUE(machine.run(kTokens, batch, logits).ok());
  return logits;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

struct Kind {
  WeightType type;
  bool tied;
};

class Streaming : public testing::TestWithParam<Kind> {
 protected:
  std::vector<std::byte> model(uint32_t tile_bytes) const {
    ModelConfig config = tests::small_config();
    config.tied_classifier = GetParam().tied;
    return tests::make_model(config, GetParam().type, tile_bytes);
  }
};

TEST_P(Streaming, GivesTheSameBitsFromNothingPinnedToAllPinned) {
  const auto bytes = model(2048);
  const auto whole = logits_of(bytes, UINT64_MAX, 1 << 20, 1);
  ASSERT_EQ(whole.size(), std::size(kTokens) * 309);
  for (uint64_t pinned = 0; pinned < bytes.size(); pinned += bytes.size() / 13) {
    EXPECT_TRUE(same_bits(logits_of(bytes, pinned, 1 << 14, 1), whole)) << pinned;
  }
}

TEST_P(Streaming, GivesTheSameBitsWithTilesOfOneRowGroupAndChunksOfOneTile) {
  const auto whole = logits_of(model(1 << 16), UINT64_MAX, 1 << 20, 1);
  EXPECT_TRUE(same_bits(logits_of(model(1), 0, 1, 1), whole));
  EXPECT_TRUE(same_bits(logits_of(model(1), 30000, 1, 3), whole));
}

TEST_P(Streaming, GivesTheSameBitsForBatchedTokens) {
  const auto bytes = model(4096);
  const auto one_by_one = logits_of(bytes, UINT64_MAX, 1 << 20, 1);
  for (const uint32_t batch : {2u, 3u, 4u}) {
    EXPECT_TRUE(same_bits(logits_of(bytes, UINT64_MAX, 1 << 20, batch), one_by_one)) << batch;
    EXPECT_TRUE(same_bits(logits_of(bytes, 20000, 8192, batch), one_by_one)) << batch;
  }
}

TEST_P(Streaming, ReadsEachStreamedByteOnceForABatch) {
  const auto bytes = model(4096);
  Machine machine(bytes, 4 << 20, options_with(0, 8192));
  ASSERT_TRUE(machine.status.ok());
  std::vector<float> logits;
  ASSERT_TRUE(machine.run(std::span(kTokens).first(4), 4, logits).ok());
  const uint64_t once = machine.transformer.weights().streamed_bytes();
  const uint64_t rows = 4 * machine.file.tensors()[0].bytes_of_tile(0);
  EXPECT_GE(machine.transformer.weights().counters().bytes_streamed, once);
  EXPECT_LE(machine.transformer.weights().counters().bytes_streamed, once + rows);
}

TEST_P(Streaming, SkipsTheClassifierWhereNobodyAsksForLogits) {
  Machine machine(model(4096), 4 << 20, options_with(0, 8192));
  ASSERT_TRUE(machine.status.ok());
  const auto whole = logits_of(model(4096), UINT64_MAX, 1 << 20, 1);
  // Parts of a prompt without logits, in between and at odd places.
  ASSERT_TRUE(
      machine.transformer.forward(std::span(kTokens).first(3), 0, Logits::kNone, nullptr).ok());
  ASSERT_TRUE(
      machine.transformer.forward(std::span(kTokens).subspan(3, 4), 3, Logits::kLast, nullptr)
          .ok());
  ASSERT_TRUE(
      machine.transformer.forward(std::span(kTokens).subspan(7, 2), 7, Logits::kNone, nullptr)
          .ok());
  const auto last =
      machine.transformer.forward(std::span(kTokens).subspan(9, 2), 9, Logits::kLast, nullptr);
  ASSERT_TRUE(last.ok());
  EXPECT_TRUE(same_bits({last->begin(), last->end()}, {whole.end() - 309, whole.end()}));
}

// For every n: the n-th read fails, once or for ever, in every way. Right logits, or an error.
TEST_P(Streaming, NeverComputesFromWrongWeights) {
  using Fault = MemorySource::Fault;
  ModelConfig config = tests::small_config();
  config.n_layers = 1;
  config.tied_classifier = GetParam().tied;
  const auto bytes = tests::make_model(config, GetParam().type, 8192);
  const auto right = logits_of(bytes, UINT64_MAX, 1 << 20, 1);
  const auto tokens = std::span(kTokens).first(2);
  const std::vector<float> expected(right.begin(), right.begin() + 2 * 309);
  for (const Fault fault : {Fault::kError, Fault::kFlippedBit, Fault::kStale}) {
    for (const uint64_t count : {uint64_t{1}, uint64_t{2}, UINT64_MAX / 2}) {
      for (uint64_t n = 0;; ++n) {
        Machine machine(bytes, 4 << 20, options_with(20000, 8192));
        ASSERT_TRUE(machine.status.ok());
        const uint64_t before = machine.source.reads();
        machine.source.fail_from(n, count, fault);
        std::vector<float> logits;
        const base::Status status = machine.run(tokens, 1, logits);
        const bool touched = machine.source.reads() - before > n;
        if (status.ok()) {
          ASSERT_TRUE(same_bits(logits, expected)) << n;
        } else {
          ASSERT_TRUE(touched);
          // The same prompt again, the fault gone: nothing is left of it.
          machine.source.fail_from(0, 0, Fault::kNone);
          logits.clear();
          ASSERT_TRUE(machine.run(tokens, 1, logits).ok()) << n;
          ASSERT_TRUE(same_bits(logits, expected)) << n;
        }
        // A single wrong bit or stale read is mended; a device's own error is final here.
        if (touched && count == 1 && fault != Fault::kError) {
          ASSERT_TRUE(status.ok()) << n;
        }
        if (!touched) break;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Streaming,
    testing::Values(Kind{WeightType::kF32, false}, Kind{WeightType::kQ8_0, false},
                    Kind{WeightType::kQ4_0, true}, Kind{WeightType::kQ8_0, true}),
    [](const auto& tested) {
      return std::string(name_of(tested.param.type)) + (tested.param.tied ? "_tied" : "_own");
    });

TEST(Transformer, DamageThatStaysIsReportedWithItsPlaceWhenPinned) {
  auto bytes = tests::make_model(tests::small_config(), WeightType::kQ8_0, 4096);
  const Machine good(bytes, 4 << 20, options_with(UINT64_MAX, 8192));
  ASSERT_TRUE(good.status.ok());
  const Tensor& w2 = good.file.tensors()[good.file.index_of(TensorRole::kW2, 1)];
  bytes[w2.offset_of_tile(1) + 40] ^= std::byte{0x10};
  const Machine bad(bytes, 4 << 20, options_with(UINT64_MAX, 8192));
  ASSERT_FALSE(bad.status.ok());
  EXPECT_EQ(bad.status.code(), base::ErrorCode::kCorrupt);
  EXPECT_EQ(bad.status.name(), "w2 of layer 1");
  EXPECT_EQ(bad.status.number(0), w2.offset_of_tile(1));
  EXPECT_EQ(bad.status.number(1), w2.offset_of_tile(1) / 512);
}

TEST(Transformer, PlansToTheByteWhatItTakes) {
  const auto bytes = tests::make_model(tests::small_config(), WeightType::kQ4_0, 4096);
  for (const size_t arena_bytes : {200u << 10, 300u << 10, 1u << 20}) {
    Machine machine(bytes, arena_bytes, options_with(UINT64_MAX, 8192));
    ASSERT_TRUE(machine.status.ok()) << arena_bytes;
    MemorySource source(bytes);
    AlignedMemory directory(1 << 20);
    base::Arena directory_arena(directory.span());
    auto file = ModelFile::open(source, directory_arena);
    ASSERT_TRUE(file.ok());
    CountingClock clock;
    base::Arena measuring = base::Arena::measuring(arena_bytes - directory_arena.used());
    Transformer planned;
    ASSERT_TRUE(
        planned.create(*file, source, clock, measuring, options_with(UINT64_MAX, 8192)).ok());
    EXPECT_EQ(measuring.used() + directory_arena.used(), machine.arena.used());
    EXPECT_EQ(planned.weights().pinned_bytes(), machine.transformer.weights().pinned_bytes());
  }
}

TEST(Transformer, RefusesAnArenaOneByteTooSmall) {
  const auto bytes = tests::make_model(tests::small_config(), WeightType::kQ8_0, 4096);
  Transformer::Options options = options_with(0, 1);
  options.weights.buffers = 2;
  base::Arena measuring = base::Arena::measuring();
  MemorySource source(bytes);
  AlignedMemory directory(1 << 20);
  base::Arena directory_arena(directory.span());
  auto file = ModelFile::open(source, directory_arena);
  ASSERT_TRUE(file.ok());
  CountingClock clock;
  Transformer least;
  // 8 bytes of room per chunk byte let the buffers be of one tile: the least that works.
  ASSERT_TRUE(least.create(*file, source, clock, measuring, options).ok());
  const size_t need = static_cast<size_t>(measuring.used() + directory_arena.used());
  EXPECT_TRUE(Machine(bytes, need, options).status.ok());
  const Machine refused(bytes, need - 1, options);
  ASSERT_FALSE(refused.status.ok());
  EXPECT_EQ(refused.status.code(), base::ErrorCode::kOutOfMemory);
  EXPECT_GT(refused.status.number(2), 0u);
}

// Of a table that is not in memory a token needs one row, and reads the tile around it: 2 to 16 KB.
TEST(Transformer, ReadsOneTileOfTheEmbeddingTableForEachToken) {
  const auto bytes = tests::make_model(tests::small_config(), WeightType::kQ8_0, 4096);
  uint64_t others = 0;
  Machine whole(bytes, 4 << 20, options_with(UINT64_MAX, 8192));
  const auto tensors = whole.file.tensors();
  for (const Tensor& tensor : tensors.subspan(1)) others += tensor.is_vector() ? 0 : tensor.bytes;
  const uint64_t tile = tensors[0].bytes_of_tile(0);
  Machine machine(bytes, 4 << 20, options_with(others + tile, 8192));
  ASSERT_TRUE(machine.status.ok());
  EXPECT_EQ(machine.transformer.weights().streamed_bytes(), 0u);
  EXPECT_EQ(machine.transformer.weights().row_bytes(), tile);
  const uint64_t before = machine.source.bytes_read();
  std::vector<float> logits;
  ASSERT_TRUE(machine.run(kTokens, 4, logits).ok());
  uint64_t tiles = 0;
  for (const int32_t token : kTokens) {
    tiles += tensors[0].bytes_of_tile(static_cast<uint32_t>(token) / tensors[0].rows_per_tile);
  }
  EXPECT_LE(tiles, std::size(kTokens) * tile);
  EXPECT_EQ(machine.source.bytes_read() - before, tiles);
  EXPECT_EQ(machine.transformer.weights().counters().bytes_streamed, tiles);
}

class StopAfter final : public Interrupt {
 public:
  explicit StopAfter(int asks) : asks_(asks) {}
  bool should_stop(uint32_t, uint32_t) override { return asks_-- <= 0; }

 private:
  int asks_;
};

TEST(Transformer, StopsAnywhereAndStartsAfresh) {
  const auto bytes = tests::make_model(tests::small_config(), WeightType::kQ8_0, 4096);
  const auto expected = logits_of(bytes, UINT64_MAX, 1 << 20, 1);
  Machine machine(bytes, 4 << 20, options_with(20000, 8192));
  ASSERT_TRUE(machine.status.ok());
  for (int asks = 0; asks < 60; asks += 7) {
    StopAfter interrupt(asks);
    const auto stopped =
        machine.transformer.forward(std::span(kTokens).first(2), 0, Logits::kAll, &interrupt);
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(stopped.status().code(), base::ErrorCode::kCancelled);
    std::vector<float> logits;
    ASSERT_TRUE(machine.run(kTokens, 1, logits).ok());
    EXPECT_TRUE(same_bits(logits, expected)) << asks;
  }
}

}  // namespace
}  // namespace llama
