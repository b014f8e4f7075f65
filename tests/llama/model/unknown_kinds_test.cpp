// Files of programs that come later: what may be skipped is, what must be known is refused by its
// number, and what is known but not computed by its name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "host-tools/support/failure.h"
#include "llama/model/config_values.h"
#include "llama/model/model_file.h"
#include "tests/fakes/model_head.h"
#include "tests/fakes/random_model.h"

namespace llama {
namespace {

using testing::HasSubstr;

constexpr uint16_t kUnknown = 900;

host::LayoutOptions plain_layout() {
  return {.type_of = [](TensorRole, uint32_t) { return WeightType::kQ8_0; },
          .tile_bytes = 4096,
          .tokenizer_bytes = 100};
}

class UnknownKinds : public testing::Test {
 protected:
  base::Status open(Accept accept = Accept::kComputed) { return open(head_.bytes(), accept); }
  base::Status open(const std::vector<std::byte>& bytes, Accept accept = Accept::kComputed) {
    fakes::HeadSource source(bytes, head_.layout.file_bytes);
    arena_.emplace(memory_.span());
    auto opened = ModelFile::open(source, *arena_, accept);
    if (!opened.ok()) return opened.status();
    file_ = *opened;
    return base::ok_status();
  }
  std::string refusal(Accept accept = Accept::kComputed) {
    const base::Status status = open(accept);
    EXPECT_EQ(status.code(), base::ErrorCode::kUnsupported) << host::text(status);
    return host::text(status);
  }
  void expect_corrupt(const char* why) {
    const base::Status status = open();
    EXPECT_EQ(status.code(), base::ErrorCode::kCorrupt) << why << ": " << host::text(status);
  }
  void expect_opens() {
    const base::Status status = open();
    ASSERT_TRUE(status.ok()) << host::text(status);
  }

  // Lays the model out again, with these tensors besides those that it must have.
  void add_roles(std::vector<TensorRole> roles) {
    host::LayoutOptions options = plain_layout();
    options.has = [roles, config = head_.config](TensorRole role, uint32_t) {
      return is_required(row_of(role), config) || std::ranges::find(roles, role) != roles.end();
    };
    head_ = fakes::ModelHead(head_.config, options);
  }

  fakes::ModelHead head_{tests::small_config(), plain_layout()};
  tests::AlignedMemory memory_{1 << 20};
  std::optional<base::Arena> arena_;
  ModelFile file_;
};

TEST_F(UnknownKinds, ValuesArePassedOverUnlessTheyMustBeKnown) {
  std::array<std::byte, 4> number{};
  head_.add_value(kUnknown, ValueType::kF32, 0, 1, number);
  head_.add_value(kUnknown + 1, ValueType::kBytes, 0, 3, std::span(number).first(3));
  head_.add_value(kUnknown + 2, ValueType::kU64, 0, 0, {});
  expect_opens();
  EXPECT_EQ(file_.config().dim, 72u);
  head_.add_value(kUnknown + 3, ValueType::kU32, kFlagMustBeKnown, 1, number);
  EXPECT_THAT(refusal(), HasSubstr("value 903"));
}

TEST_F(UnknownKinds, ValuesOfUnknownTypesOrFlagsAreRefused) {
  const fakes::ModelHead good = head_;
  head_.add_value(kUnknown, static_cast<ValueType>(99), 0, 0, {});
  EXPECT_THAT(refusal(), HasSubstr("value 900 of the model's configuration has type 99"));
  head_ = good;
  head_.add_value(kUnknown, ValueType::kU32, 2, 0, {});
  EXPECT_THAT(refusal(), HasSubstr("flags 2"));
}

TEST_F(UnknownKinds, ValuesThatDoNotFitAreDamage) {
  const fakes::ModelHead good = head_;
  // A context that a model may have.
  std::array<std::byte, 4> number{std::byte{64}};
  head_.add_value(kUnknown, ValueType::kU64, 0, UINT32_MAX, number);
  expect_corrupt("beyond the end");
  head_ = good;
  head_.values.resize(4);
  expect_corrupt("no whole value");
  head_ = good;
  head_.add_value(8, ValueType::kU32, 0, 1, number);
  expect_corrupt("twice");
  head_ = good;
  head_.add_value(18, ValueType::kF32, 0, 1, number);
  expect_corrupt("of another type");
  auto bytes = good.bytes();
  head_ = good;
  // dim is the first.
  base::store_le16(bytes, kAtValues, kUnknown);
  bytes[size_t{kAtValues} + kValueFlags] = std::byte{0};
  fakes::mend_crcs(bytes);
  EXPECT_EQ(open(bytes).code(), base::ErrorCode::kCorrupt);
  EXPECT_EQ(open(bytes).number(0), 1u);
  base::store_le32(bytes, kAtValueBytes, kMostValueBytes + 1);
  fakes::mend_crcs(bytes);
  EXPECT_EQ(open(bytes).code(), base::ErrorCode::kCorrupt);
}

TEST_F(UnknownKinds, SegmentsArePassedOverUnlessTheyMustBeKnown) {
  auto& segments = head_.layout.segments;
  // An empty one among the layers, and one at the end.
  Segment among = segments[2];
  among.kind = static_cast<SegmentKind>(kUnknown);
  among.flags = 0;
  among.bytes = 0;
  segments.insert(segments.begin() + 2, among);
  segments.push_back({.kind = static_cast<SegmentKind>(kUnknown + 1),
                      .flags = 0,
                      .layer = 7,
                      .offset = head_.layout.file_bytes,
                      .bytes = kSegmentAlignment,
                      .crc = 0});
  head_.layout.file_bytes += kSegmentAlignment;
  expect_opens();
  EXPECT_EQ(file_.segments().size(), 8u);
  EXPECT_EQ(file_.tokenizer_segment().kind, SegmentKind::kTokenizer);
  const uint32_t w2 = file_.index_of(TensorRole::kW2, 2);
  EXPECT_EQ(file_.segment_of(w2).layer, 2u);
  EXPECT_EQ(file_.segment_of(w2).kind, SegmentKind::kLayer);
  segments.back().flags = kFlagMustBeKnown;
  EXPECT_THAT(refusal(), HasSubstr("segment 7 of the model is of kind 901, which must be known"));
  segments.back().flags = 2;
  EXPECT_THAT(refusal(), HasSubstr("segment 7 of the model has flags 2"));
}

TEST_F(UnknownKinds, SegmentsThatAModelNeedsMustBeThereOnce) {
  const auto good = head_.layout.segments;
  for (size_t i = 0; i < good.size(); ++i) {
    head_.layout.segments = good;
    head_.layout.segments.erase(head_.layout.segments.begin() + static_cast<ptrdiff_t>(i));
    expect_corrupt("one is missing");
    head_.layout.segments = good;
    Segment again = good[i];
    again.offset = head_.layout.file_bytes;
    again.bytes = 0;
    head_.layout.segments.push_back(again);
    expect_corrupt("one occurs twice");
  }
}

TEST_F(UnknownKinds, TensorFlagsArePassedOverUnlessTheyMustBeKnown) {
  Tensor& wv = head_.layout.tensors[4];
  wv.flags = 1u << 31 | 1u << 17;
  expect_opens();
  EXPECT_EQ(file_.tensors()[4].flags, 1u << 31 | 1u << 17);
  wv.flags = 1u << 15;
  EXPECT_THAT(refusal(), HasSubstr("tensor 4 of the model has flags 8000"));
}

TEST_F(UnknownKinds, TensorsAreLeftOutOnlyIfTheySaySo) {
  auto& tensors = head_.layout.tensors;
  const uint32_t classifier = static_cast<uint32_t>(tensors.size()) - 1;
  Tensor draft = tensors[5];
  draft.role = static_cast<TensorRole>(kUnknown);
  draft.flags = kTensorMayBeLeftOut;
  draft.tile_count = 0;
  draft.first_tile = tensors[6].first_tile;
  tensors.insert(tensors.begin() + 6, draft);
  expect_opens();
  EXPECT_EQ(file_.left_out(), 1u);
  EXPECT_EQ(file_.classifier_index(), classifier);
  EXPECT_EQ(file_.tensors().size(), classifier + 1);
  tensors[6].flags = 0;
  EXPECT_THAT(refusal(), HasSubstr("tensor 6 of the model has role 900"));
}

TEST_F(UnknownKinds, ChecksumsMustBeKnown) {
  auto bytes = head_.bytes();
  base::store_le32(bytes, kAtChecksumKind, 2);
  fakes::mend_crcs(bytes);
  const base::Status status = open(bytes);
  EXPECT_EQ(status.code(), base::ErrorCode::kUnsupported);
  EXPECT_THAT(host::text(status), HasSubstr("checksums of kind 2"));
}

TEST_F(UnknownKinds, AnOlderFileIsToBeConvertedAgainAndANewerOneNeedsANewerProgram) {
  auto bytes = head_.bytes();
  base::store_le32(bytes, kAtVersion, 1);
  EXPECT_THAT(host::text(open(bytes)), HasSubstr("convert the model again"));
  base::store_le32(bytes, kAtVersion, 3);
  EXPECT_THAT(host::text(open(bytes)), HasSubstr("use a newer barellama"));
}

TEST_F(UnknownKinds, TensorsThatThePassDoesNotComputeAreRefusedByName) {
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

TEST_F(UnknownKinds, OptionalTensorsAreFoundByRoleWhereTheyAre) {
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

TEST_F(UnknownKinds, RequiredTensorsAreMissed) {
  const fakes::ModelHead good = head_;
  for (size_t i = 0; i < good.layout.tensors.size(); ++i) {
    head_ = good;
    head_.layout.tensors[i].role = static_cast<TensorRole>(kUnknown);
    head_.layout.tensors[i].flags = kTensorMayBeLeftOut;
    const base::Status status = open();
    EXPECT_EQ(status.code(), base::ErrorCode::kCorrupt);
    EXPECT_THAT(host::text(status), HasSubstr("lacks the tensor "));
  }
}

TEST_F(UnknownKinds, TensorsOutOfOrderOrTwiceAreDamage) {
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

TEST_F(UnknownKinds, ExpertsAreFoundByNumberAndRefused) {
  ModelConfig config = tests::small_config();
  config.n_experts = 3;
  host::LayoutOptions options = plain_layout();
  options.has = [&](TensorRole role, uint32_t) {
    return role == TensorRole::kRouter || is_required(row_of(role), config);
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

TEST_F(UnknownKinds, TileStartsAreCheckedAgainstTheTypesSizes) {
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
TEST_F(UnknownKinds, TwentyGigabytesAreReadInParts) {
  const ModelConfig config{.dim = 8192,
                           .hidden_dim = 28672,
                           .n_layers = 24,
                           .n_heads = 64,
                           .n_kv_heads = 8,
                           .head_size = 128,
                           .vocab_size = 128256,
                           .context = 131072,
                           .rope_base = 500000,
                           .norm_eps = 1e-5f,
                           .rope_scaling = RopeScaling::kNone,
                           .rope_factor = 0,
                           .rope_low_freq_factor = 0,
                           .rope_high_freq_factor = 0,
                           .rope_original_context = 0,
                           .tied_classifier = false,
                           .chat_template = ChatTemplate::kNone};
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
