// The tensors that a directory lists: each at its place, of its shape and size, or an error. What
// is known but not computed is refused by its name.
#include "tests/llama/model/head_test.h"

namespace llama {
namespace {

using testing::HasSubstr;

class Directory : public HeadTest {};

TEST_F(Directory, TensorsThatThePassDoesNotComputeAreRefusedByName) {
  const auto plain = head_.layout.tensors.size();
  for (const TensorRow& row : layer_table()) {
    if (row.use == TensorUse::kComputed || row.role == TensorRole::kRouter) continue;
    add_roles({row.role});
    EXPECT_THAT(refusal(), HasSubstr("has the tensor " + std::string(row.name)));
    ASSERT_TRUE(open(Accept::kReadable).ok());
    EXPECT_EQ(file_.tensors().size(), plain + head_.config.n_layers);
    EXPECT_EQ(file_.check_computed().code(), base::ErrorCode::kUnsupported);
  }
}

TEST_F(Directory, OptionalTensorsAreFoundByRoleWhereTheyAre) {
  expect_opens();
  EXPECT_EQ(file_.index_of(TensorRole::kWkBias, 1), ModelFile::kAbsent);
  add_roles({TensorRole::kWkBias, TensorRole::kPostFeedForwardNorm});
  // Layer 1 has none of them.
  std::erase_if(head_.layout.tensors, [](const Tensor& tensor) {
    return tensor.layer == 1 && !is_required(row_of(tensor.role), tests::small_config());
  });
  uint32_t tile = 0;
  for (Tensor& tensor : head_.layout.tensors) {
    tensor.first_tile = tile;
    tile += tensor.tile_count;
  }
  head_.layout.tile_crcs.resize(tile);
  const base::Status status = open(Accept::kReadable);
  ASSERT_TRUE(status.ok()) << host::text(status);
  EXPECT_EQ(file_.index_of(TensorRole::kWkBias, 1), ModelFile::kAbsent);
  for (const uint32_t layer : {0u, 2u}) {
    const uint32_t bias = file_.index_of(TensorRole::kWkBias, layer);
    EXPECT_EQ(bias, file_.index_of(TensorRole::kWk, layer) + 1);
    EXPECT_EQ(file_.tensors()[bias].role, TensorRole::kWkBias);
    EXPECT_EQ(file_.tensors()[bias].columns, head_.config.kv_dim());
    EXPECT_EQ(file_.tensors()[bias].step, Tensor::kNoStep);
  }
  EXPECT_EQ(file_.pass_matrices().size(), 3u * 7 + 1);
}

TEST_F(Directory, RequiredTensorsAreMissed) {
  const fakes::ModelHead good = head_;
  for (size_t i = 0; i < good.layout.tensors.size(); ++i) {
    head_ = good;
    head_.layout.tensors[i].role = static_cast<TensorRole>(900);
    head_.layout.tensors[i].flags = kTensorMayBeLeftOut;
    const base::Status status = open();
    EXPECT_EQ(status.code(), base::ErrorCode::kCorrupt);
    EXPECT_THAT(host::text(status), HasSubstr("lacks the tensor "));
  }
}

TEST_F(Directory, TensorsOutOfOrderOrTwiceAreDamage) {
  const fakes::ModelHead good = head_;
  std::swap(head_.layout.tensors[2].role, head_.layout.tensors[4].role);
  expect_corrupt("wq and wv");
  head_ = good;
  head_.layout.tensors[3].role = TensorRole::kWv;
  expect_corrupt("wv twice");
  head_ = good;
  head_.layout.tensors[3].layer = 3;
  expect_corrupt("no such layer");
  head_ = good;
  head_.layout.tensors[8].expert = 1;
  expect_corrupt("no such expert");
}

TEST_F(Directory, ExpertsAreFoundByNumberAndRefused) {
  ModelConfig config = tests::small_config();
  config.n_experts = 3;
  host::LayoutOptions options = plain_layout();
  options.has = [&](TensorKey tensor) {
    return tensor.role == TensorRole::kRouter || is_required(row_of(tensor.role), config);
  };
  head_ = fakes::ModelHead(config, options);
  EXPECT_THAT(refusal(), HasSubstr("the tensor router"));
  ASSERT_TRUE(open(Accept::kReadable).ok());
  for (uint32_t layer = 0; layer < config.n_layers; ++layer) {
    const uint32_t router = file_.index_of(TensorRole::kRouter, layer);
    for (uint32_t expert = 0; expert < 3; ++expert) {
      EXPECT_EQ(file_.index_of(TensorRole::kW1, layer, expert), router + 3 * expert + 1);
      EXPECT_EQ(file_.index_of(TensorRole::kW2, layer, expert), router + 3 * expert + 3);
      const Tensor& w3 = file_.tensors()[file_.index_of(TensorRole::kW3, layer, expert)];
      EXPECT_EQ(w3.role, TensorRole::kW3);
      EXPECT_EQ(w3.expert, expert);
      EXPECT_EQ(w3.layer, layer);
    }
  }
}

TEST_F(Directory, TileStartsAreCheckedAgainstTheTypesSizes) {
  Tensor& w1 = head_.layout.tensors[7];
  ASSERT_GT(w1.tile_count, 2u);
  std::vector<uint32_t> starts;
  for (uint32_t tile = 0; tile < w1.tile_count; ++tile) {
    starts.push_back(tile * w1.tile_bytes / kTileAlignment);
  }
  starts.push_back(static_cast<uint32_t>(w1.bytes / kTileAlignment));
  const std::vector<uint32_t> even = starts;
  expect_opens();
  const ModelFile plain = file_;
  std::vector<uint64_t> offsets;
  for (uint32_t tile = 0; tile < w1.tile_count; ++tile) {
    offsets.push_back(plain.tensors()[7].offset_of_tile(tile));
  }
  w1.flags = kTensorHasTileStarts;
  w1.tile_starts = starts.data();
  expect_opens();
  ASSERT_NE(file_.tensors()[7].tile_starts, nullptr);
  for (uint32_t tile = 0; tile < w1.tile_count; ++tile) {
    EXPECT_EQ(file_.tensors()[7].offset_of_tile(tile), offsets[tile]);
  }
  EXPECT_EQ(file_.tensors()[7].bytes_of_first(w1.tile_count), w1.bytes);

  ++starts[1];
  expect_corrupt("a tile of another size than its type's");
  starts = even;
  w1.tile_starts = starts.data();
  starts.back() += 1;
  w1.bytes += kTileAlignment;
  expect_corrupt("the last one too large");
  w1.bytes -= kTileAlignment;
  starts = even;
  w1.tile_starts = starts.data();
  w1.tile_bytes += kTileAlignment;
  expect_corrupt("another largest tile");
  w1.tile_bytes -= kTileAlignment;
  auto bytes = head_.bytes();
  const size_t entry =
      kHeaderBytes + head_.layout.segments.size() * kSegmentEntryBytes + 7 * kTensorEntryBytes;
  base::store_le32(bytes, entry + kTensorFirstStart, 1);
  fakes::mend_crcs(bytes);
  EXPECT_EQ(open(bytes).code(), base::ErrorCode::kCorrupt);
}

// The largest models that parts of a card can hold: offsets beyond 32 bits, and beyond 20 GB.
TEST_F(Directory, TwentyGigabytesAreReadInParts) {
  ModelConfig config = tests::small_config();
  config.dim = 8192;
  config.hidden_dim = 28672;
  config.n_layers = 24;
  config.n_heads = 64;
  config.n_kv_heads = 8;
  config.head_size = 128;
  config.vocab_size = 128256;
  config.context = 131072;
  host::LayoutOptions options = plain_layout();
  options.tile_bytes = 64 << 10;
  head_ = fakes::ModelHead(config, options);
  // The directory has grown with the tiles: head_bytes is before the room that the fake adds.
  memory_ = tests::AlignedMemory(64 << 20);
  expect_opens();
  EXPECT_GT(file_.file_bytes(), uint64_t{20'000'000'000});
  const Tensor classifier = file_.tensors()[file_.classifier_index()];
  const uint32_t last = classifier.tile_count - 1;
  EXPECT_GT(classifier.offset_of_tile(last), uint64_t{20'000'000'000});
  EXPECT_EQ(classifier.offset_of_tile(last) + classifier.bytes_of_tile(last),
            classifier.offset + classifier.bytes);
  EXPECT_EQ(classifier.first_tile + classifier.tile_count, head_.layout.tile_crcs.size());

  ModelParts parts = file_.parts();
  parts.part_bytes = uint64_t{4000} << 20;
  parts.count = static_cast<uint32_t>((parts.model_bytes - 1) / parts.part_bytes + 1);
  EXPECT_GE(parts.count, 5u);
  auto bytes = head_.bytes();
  parts.add_to(std::span(bytes).first(kHeaderBytes));
  ASSERT_TRUE(open(bytes).ok());
  EXPECT_EQ(file_.parts().count, parts.count);
  const uint64_t end = classifier.offset + classifier.bytes;
  const uint32_t part = file_.parts().part_of(end - 1);
  EXPECT_EQ(file_.parts().byte_in_file(end - 1),
            kHeaderBytes + end - 1 - (part - 1) * parts.part_bytes);
  EXPECT_LT(file_.parts().file_bytes_of(part), uint64_t{1} << 32);
  uint64_t sum = 0;
  for (uint32_t i = 1; i <= parts.count; ++i) sum += file_.parts().bytes_of(i);
  EXPECT_EQ(sum, file_.file_bytes());
}

}  // namespace
}  // namespace llama
