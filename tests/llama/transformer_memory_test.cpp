// What a transformer takes of an arena and of its source, and how it is stopped.
#include "llama/transformer.h"

#include <gtest/gtest.h>

#include "tests/llama/test_machine.h"

namespace llama {
namespace {

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
  // 8 bytes of room for each byte of a buffer let the buffers be of one tile: the least that works.
  ASSERT_TRUE(least.create(*file, source, clock, measuring, options).ok());
  const size_t need = static_cast<size_t>(measuring.used() + directory_arena.used());
  EXPECT_TRUE(Machine(bytes, need, options).status.ok());
  const Machine refused(bytes, need - 1, options);
  ASSERT_FALSE(refused.status.ok());
  EXPECT_EQ(refused.status.code(), base::ErrorCode::kOutOfMemory);
  EXPECT_GT(refused.status.number(2), 0u);
}

// A token needs one row of a table that is not in memory, and reads the tile around it: 2 to 16
// KiB.
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

TEST(Transformer, StopsAnywhereAndCanRestart) {
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
