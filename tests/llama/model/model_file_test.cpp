#include "llama/model/model_file.h"

#include <gtest/gtest.h>

#include <random>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "tests/fakes/random_model.h"

namespace llama {
namespace {

using tests::AlignedMemory;
using tests::MemorySource;

base::Status open_status(std::vector<std::byte> bytes, size_t arena_bytes = 1 << 20) {
  MemorySource source(std::move(bytes));
  AlignedMemory memory(arena_bytes);
  base::Arena arena(memory.span());
  return ModelFile::open(source, arena).status();
}

std::vector<std::byte> small_model() {
  return tests::make_model(tests::small_config(), WeightType::kQ8_0, 4096);
}

// After a change of the header, as an attacker would leave it.
void mend_header_crc(std::vector<std::byte>& bytes) {
  base::store_le32(bytes, 8, 0);
  base::store_le32(bytes, 8, base::crc32c(std::span(bytes).first(kHeaderBytes)));
}

TEST(ModelFile, ReadsWhatTheConverterWrote) {
  MemorySource source(small_model());
  AlignedMemory memory(1 << 20);
  base::Arena arena(memory.span());
  auto opened = ModelFile::open(source, arena);
  ASSERT_TRUE(opened.ok()) << opened.status().text();
  const ModelFile& file = *opened;
  EXPECT_EQ(file.config().dim, 72u);
  EXPECT_EQ(file.config().n_kv_heads, 2u);
  EXPECT_EQ(file.name(), "random");
  EXPECT_EQ(file.file_bytes(), source.size_bytes());
  EXPECT_EQ(file.segments().size(), 6u);
  ASSERT_EQ(file.tensors().size(), 1u + 3 * 9 + 2);
  const Tensor& w3 = file.tensors()[file.index_of(TensorRole::kW3, 1)];
  EXPECT_EQ(w3.role, TensorRole::kW3);
  EXPECT_EQ(w3.layer, 1u);
  EXPECT_EQ(w3.rows, 172u);
  EXPECT_GT(w3.tile_count, 1u);
  EXPECT_EQ(file.segment_of(file.classifier_index()).kind, SegmentKind::kFinal);
  EXPECT_EQ(file.tokenizer_segment().kind, SegmentKind::kTokenizer);
}

TEST(ModelFile, SegmentsAndTilesMatchTheirChecksums) {
  const auto bytes = small_model();
  MemorySource source(bytes);
  AlignedMemory memory(1 << 20);
  base::Arena arena(memory.span());
  auto opened = ModelFile::open(source, arena);
  ASSERT_TRUE(opened.ok());
  for (const Segment& segment : opened->segments()) {
    EXPECT_EQ(base::crc32c(std::span(bytes).subspan(segment.offset, segment.bytes)), segment.crc);
  }
  for (const Tensor& tensor : opened->tensors()) {
    for (uint32_t tile = 0; tile < tensor.tile_count; ++tile) {
      EXPECT_EQ(base::crc32c(std::span(bytes).subspan(tensor.offset_of_tile(tile),
                                                      tensor.bytes_of_tile(tile))),
                opened->tile_crc(tensor.first_tile + tile));
    }
  }
}

TEST(ModelFile, NamesWhatIsWrong) {
  EXPECT_EQ(open_status({}).code(), base::ErrorCode::kCorrupt);
  EXPECT_EQ(open_status(std::vector<std::byte>(5000)).code(), base::ErrorCode::kCorrupt);

  auto version = small_model();
  base::store_le32(version, 4, 9);
  mend_header_crc(version);
  EXPECT_EQ(open_status(version).code(), base::ErrorCode::kUnsupported);

  auto flipped = small_model();
  flipped[70] ^= std::byte{4};
  EXPECT_EQ(open_status(flipped).code(), base::ErrorCode::kCorrupt);

  auto directory = small_model();
  directory[kHeaderBytes + 100] ^= std::byte{1};
  EXPECT_EQ(open_status(directory).code(), base::ErrorCode::kCorrupt);

  EXPECT_EQ(open_status(small_model(), 4000).code(), base::ErrorCode::kOutOfMemory);
}

TEST(ModelFile, RefusesATruncatedFileAtEveryLength) {
  const auto whole = small_model();
  for (size_t length = 0; length < whole.size(); length += 4000) {
    std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(length));
    EXPECT_FALSE(open_status(cut).ok()) << length;
  }
}

// A file with right checksums and wrong tables: never a crash, never a tensor
// outside of the file.
TEST(ModelFile, RefusesOrSurvivesForgedTables) {
  const auto whole = small_model();
  const auto directory_size = static_cast<size_t>(base::load_le64(whole, 24));
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    auto forged = whole;
    const bool in_header = round % 3 == 0;
    const size_t at = in_header ? 12 + random() % 140 : kHeaderBytes + random() % directory_size;
    forged[at] = static_cast<std::byte>(random());
    base::store_le32(forged, 12,
                     base::crc32c(std::span(forged).subspan(kHeaderBytes, directory_size)));
    mend_header_crc(forged);
    MemorySource source(forged);
    AlignedMemory memory(1 << 20);
    base::Arena arena(memory.span());
    auto opened = ModelFile::open(source, arena);
    if (!opened.ok()) continue;
    for (const Tensor& tensor : opened->tensors()) {
      ASSERT_LE(tensor.offset + tensor.bytes, forged.size());
    }
    for (const Segment& segment : opened->segments()) {
      ASSERT_LE(segment.offset + segment.bytes, forged.size());
    }
  }
}

}  // namespace
}  // namespace llama
