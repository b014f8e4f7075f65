// Files of programs that come later: what may be skipped is, what must be known is refused by its
// number.
#include <array>

#include "llama/model/config_values.h"
#include "tests/llama/model/head_test.h"

namespace llama {
namespace {

using testing::HasSubstr;

constexpr uint16_t kUnknown = 900;

class UnknownKinds : public HeadTest {};

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

TEST_F(UnknownKinds, ChoicesAreRefusedByTheirNumber) {
  const fakes::ModelHead good = head_;
  head_.config.rope_scaling = static_cast<RopeScaling>(7);
  EXPECT_THAT(refusal(), HasSubstr("RoPE scaling 7"));
  head_ = good;
  head_.config.chat_template = static_cast<ChatTemplate>(70);
  EXPECT_THAT(refusal(), HasSubstr("chat template 70"));
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

}  // namespace
}  // namespace llama
