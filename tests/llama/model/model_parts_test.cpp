// Headers of models that are cut into several files: what belongs together is known, and nothing
// else is taken for it.
#include "llama/model/model_parts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "tests/fakes/random_model.h"

namespace llama {
namespace {

using Header = std::array<std::byte, ModelParts::kHeaderBytes>;

class ModelPartsTest : public testing::Test {
 protected:
  ModelPartsTest() {
    const auto model = tests::make_model(tests::small_config(), WeightType::kQ8_0, 4096);
    std::copy_n(model.begin(), first_.size(), first_.begin());
    parts_ = *ModelParts::read(first_);
    parts_.part_bytes = 65536;
    parts_.count = static_cast<uint32_t>((parts_.model_bytes + 65535) / 65536);
    parts_.add_to(first_);
  }

  Header first_{};
  ModelParts parts_;
};

TEST_F(ModelPartsTest, AreToldByTheFirstHeader) {
  const auto read = ModelParts::read(first_);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->count, parts_.count);
  EXPECT_EQ(read->part_bytes, 65536u);
  EXPECT_EQ(read->model_bytes, parts_.model_bytes);
  uint64_t sum = 0;
  for (uint32_t part = 1; part <= read->count; ++part) {
    EXPECT_EQ(read->first_byte(part), sum);
    sum += read->bytes_of(part);
    EXPECT_TRUE(
        read->check_size(part, read->bytes_of(part) + (part == 1 ? 0 : Header().size())).ok());
    EXPECT_FALSE(read->check_size(part, read->bytes_of(part) + 512).ok());
  }
  EXPECT_EQ(sum, parts_.model_bytes);
}

TEST_F(ModelPartsTest, AreOneWhereNothingElseIsSaid) {
  EXPECT_EQ(ModelParts::read(Header())->count, 1u);
  Header damaged = first_;
  damaged[70] ^= std::byte{1};
  EXPECT_EQ(ModelParts::read(damaged)->count, 1u);
}

TEST_F(ModelPartsTest, AreRefusedWhereTheNumbersDoNotFit) {
  const auto code_of = [&](uint32_t count, uint64_t part_bytes) {
    ModelParts parts = parts_;
    parts.count = count;
    parts.part_bytes = part_bytes;
    Header header = first_;
    parts.add_to(header);
    return ModelParts::read(header).status().code();
  };
  EXPECT_EQ(code_of(parts_.count, 65536), base::ErrorCode::kOk);
  EXPECT_EQ(code_of(parts_.count + 1, 65536), base::ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(parts_.count - 1, 65536), base::ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(parts_.count, 65536 + 512), base::ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(2, 0), base::ErrorCode::kCorrupt);
  EXPECT_EQ(code_of(UINT32_MAX, 4096), base::ErrorCode::kCorrupt);
}

TEST_F(ModelPartsTest, KnowTheirOwn) {
  Header second, third;
  parts_.write_header(2, second);
  parts_.write_header(3, third);
  EXPECT_TRUE(parts_.check_header(2, second).ok());
  EXPECT_TRUE(parts_.check_header(3, third).ok());
  EXPECT_FALSE(parts_.check_header(2, third).ok());
  EXPECT_FALSE(parts_.check_header(2, first_).ok());
  for (const size_t at : {0u, 4u, 8u, 12u, 16u, 44u, 48u, 56u, 4095u}) {
    Header damaged = second;
    damaged[at] ^= std::byte{4};
    EXPECT_FALSE(parts_.check_header(2, damaged).ok()) << at;
  }
  ModelParts other = parts_;
  other.directory_crc ^= 1;
  EXPECT_FALSE(other.check_header(2, second).ok());
}

TEST(ModelPartsName, EndsWithTheNumber) {
  const auto name = [](uint32_t part) {
    std::string path = "more/a.model.blm";
    ModelParts::name_part(part, path);
    return path;
  };
  EXPECT_EQ(name(2), "more/a.model.b02");
  EXPECT_EQ(name(99), "more/a.model.b99");
}

}  // namespace
}  // namespace llama
