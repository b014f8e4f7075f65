// The promises of streaming: whatever is pinned, however small the buffers, the same bits; and
// damaged weights never become logits.
#include "llama/transformer.h"

#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "host-tools/support/failure.h"
#include "llama/kernels/masked_rows.h"
#include "tests/fakes/model_head.h"
#include "tests/llama/test_machine.h"

namespace llama {
namespace {

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

TEST_P(Streaming, GivesTheSameBitsWithTilesOfOneRowGroupAndBuffersOfOneTile) {
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
  const uint64_t rows = 4 * machine.file.tensors()[0].tile_bytes;
  EXPECT_GE(machine.transformer.weights().counters().bytes_streamed, once);
  EXPECT_LE(machine.transformer.weights().counters().bytes_streamed, once + rows);
}

TEST_P(Streaming, SkipsTheClassifierWithoutLogits) {
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

// For every n: the n-th read fails, once or always, in every way. Right logits, or an error.
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
          // The same prompt again, without the fault: it has left nothing.
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
                    Kind{WeightType::kQ4_0, true}, Kind{WeightType::kQ8_0, true},
                    Kind{WeightType::kQ8_0Masked, false}, Kind{WeightType::kQ4_0Masked, true}),
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

// Masked weights are those of the dense model with zeros, and so is all that is computed from them.
TEST(MaskedModel, GivesTheBitsOfTheDenseOneInFewerBytes) {
  for (const bool tied : {false, true}) {
    for (const WeightType type : {WeightType::kQ8_0Masked, WeightType::kQ4_0Masked}) {
      ModelConfig config = tests::small_config();
      config.tied_classifier = tied;
      const auto make = [&](WeightType one) {
        return tests::make_model(config, one, 4096, 1, tests::Pruned::kHalf);
      };
      const auto masked = make(type);
      const auto dense = make(traits_of(type).dense->type);
      EXPECT_LT(masked.size(), dense.size() * 9 / 10);
      const auto expected = logits_of(dense, UINT64_MAX, 1 << 20, 1);
      EXPECT_TRUE(same_bits(logits_of(masked, UINT64_MAX, 1 << 20, 1), expected));
      for (const uint32_t batch : {1u, 2u, 3u, 4u}) {
        EXPECT_TRUE(same_bits(logits_of(masked, 20000, 8192, batch), expected)) << batch;
      }
    }
  }
}

// With checksums that are right, as an attacker would make them.
TEST(MaskedModel, WithTilesThatAreNoneIsRefused) {
  const auto good_bytes = tests::make_model(tests::small_config(), WeightType::kQ4_0Masked, 4096);
  const Machine good(good_bytes, 4 << 20, options_with(UINT64_MAX, 8192));
  ASSERT_TRUE(good.status.ok());
  const Tensor& w2 = good.file.tensors()[good.file.index_of(TensorRole::kW2, 1)];
  ASSERT_NE(w2.tile_starts, nullptr);
  size_t crc_at = kHeaderBytes + good.file.segments().size() * kSegmentEntryBytes +
                  good.file.tensors().size() * kTensorEntryBytes;
  for (const Tensor& tensor : good.file.tensors()) {
    if (tensor.tile_starts != nullptr) crc_at += (tensor.tile_count + 1) * sizeof(uint32_t);
  }
  const auto tile_at = static_cast<size_t>(w2.offset_of_tile(1));
  const auto tile_bytes = static_cast<size_t>(w2.bytes_of_tile(1));
  for (const bool is_mask : {false, true}) {
    auto bytes = good_bytes;
    const auto tile = std::span(bytes).subspan(tile_at, tile_bytes);
    if (is_mask) {
      std::ranges::fill(tile.subspan(sizeof(MaskedHead) + 8), std::byte{0xff});
    } else {
      tile[offsetof(MaskedHead, values_at)] ^= std::byte{8};
    }
    base::store_le32(bytes, crc_at + (w2.first_tile + 1) * sizeof(uint32_t), base::crc32c(tile));
    fakes::mend_crcs(bytes);
    for (const uint64_t pinned : {UINT64_MAX, uint64_t{0}}) {
      Machine bad(bytes, 4 << 20, options_with(pinned, 8192));
      std::vector<float> logits;
      const base::Status status =
          bad.status.ok() ? bad.run(std::span(kTokens).first(2), 1, logits) : bad.status;
      EXPECT_EQ(bad.status.ok(), pinned == 0);
      ASSERT_EQ(status.code(), base::ErrorCode::kCorrupt);
      EXPECT_EQ(status.name(), "w2 of layer 1");
      EXPECT_EQ(status.number(0), tile_at);
      EXPECT_NE(host::text(status).find("masks that ask for more weights"), std::string::npos);
      EXPECT_TRUE(logits.empty());
    }
  }
}

}  // namespace
}  // namespace llama
