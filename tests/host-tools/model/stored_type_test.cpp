// Each block layout, against values that another program decoded, and against blocks made here.
#include "host-tools/model/stored_type.h"

#include <gtest/gtest.h>

#include <bit>
#include <filesystem>
#include <vector>

#include "host-tools/support/files.h"
#include "llama/kernels/math.h"
#include "llama/kernels/packed_rows.h"
#include "tests/fakes/foreign_models.h"

namespace host {
namespace {

const std::filesystem::path kData = BARELLAMA_SHARED_DATA;

std::vector<float> decode(StoredType type, const std::string& blocks) {
  const BlockShape shape = block_of(type);
  std::vector<float> values(blocks.size() / shape.bytes * shape.values);
  decode_blocks(type, std::as_bytes(std::span(blocks)), values);
  return values;
}

TEST(StoredType, DecodesAsTheReferenceDoes) {
  if (!std::filesystem::exists(kData / "blocks")) {
    GTEST_SKIP() << kData << " is not here: blocks are not compared with another program's";
  }
  const std::pair<const char*, StoredType> types[] = {
      {"q4_0", StoredType::kQ4_0}, {"q4_1", StoredType::kQ4_1},    {"q5_0", StoredType::kQ5_0},
      {"q5_1", StoredType::kQ5_1}, {"q8_0", StoredType::kQ8_0},    {"q2_k", StoredType::kQ2_K},
      {"q3_k", StoredType::kQ3_K}, {"q4_k", StoredType::kQ4_K},    {"q5_k", StoredType::kQ5_K},
      {"q6_k", StoredType::kQ6_K}, {"iq4_nl", StoredType::kIQ4_NL}};
  for (const auto& [name, type] : types) {
    const std::string file = std::string("blocks/") + name;
    const std::string blocks = read_file(kData / (file + ".raw"));
    const std::string expected = read_file(kData / (file + ".f32"));
    ASSERT_EQ(expected.size(), 4096u);
    // Bit for bit.
    EXPECT_TRUE(fakes::le_floats(decode(type, blocks)) == expected) << name;
  }
}

TEST(StoredType, KnowsEachTypesSize) {
  // ggml-common.h: sizeof of its blocks.
  EXPECT_EQ(block_of(StoredType::kQ4_0).bytes, 18u);
  EXPECT_EQ(block_of(StoredType::kQ4_1).bytes, 20u);
  EXPECT_EQ(block_of(StoredType::kQ5_0).bytes, 22u);
  EXPECT_EQ(block_of(StoredType::kQ5_1).bytes, 24u);
  EXPECT_EQ(block_of(StoredType::kQ8_0).bytes, 34u);
  EXPECT_EQ(block_of(StoredType::kQ2_K).bytes, 84u);
  EXPECT_EQ(block_of(StoredType::kQ3_K).bytes, 110u);
  EXPECT_EQ(block_of(StoredType::kQ4_K).bytes, 144u);
  EXPECT_EQ(block_of(StoredType::kQ5_K).bytes, 176u);
  EXPECT_EQ(block_of(StoredType::kQ6_K).bytes, 210u);
  EXPECT_EQ(block_of(StoredType::kIQ4_NL).bytes, 18u);
  EXPECT_FALSE(stored_type_of(23).has_value());
  EXPECT_STREQ(stored_type_name(23), "IQ4_XS");
  EXPECT_STREQ(stored_type_name(4000), "unknown");
}

TEST(StoredType, DecodesFloats) {
  EXPECT_EQ(decode(StoredType::kF32, fakes::le32(0x3fc00000)), std::vector<float>{1.5f});
  EXPECT_EQ(decode(StoredType::kF16, fakes::le16(0x3e00)), std::vector<float>{1.5f});
  EXPECT_EQ(decode(StoredType::kF16, fakes::le16(0x0001)), std::vector<float>{0x1p-24f});
  EXPECT_EQ(decode(StoredType::kBF16, fakes::le16(0x3fc0)), std::vector<float>{1.5f});
}

// Scale 2 and minimum -3; value i is i mod 16: low nibbles are the first half.
TEST(StoredType, DecodesTheNibblesOfQ4_1) {
  std::string block = fakes::le16(0x4000) + fakes::le16(0xc200);
  for (int i = 0; i < 16; ++i) block += static_cast<char>(i | (15 - i) << 4);
  const auto values = decode(StoredType::kQ4_1, block);
  for (int i = 0; i < 16; ++i) {
    EXPECT_EQ(values[static_cast<size_t>(i)], static_cast<float>(2 * i - 3));
    EXPECT_EQ(values[static_cast<size_t>(i) + 16], static_cast<float>(2 * (15 - i) - 3));
  }
}

// Only the fifth bit of value 20 is set: 16, and all others 0, minus 16.
TEST(StoredType, DecodesTheFifthBitsOfQ5_0) {
  const std::string block = fakes::le16(0x3c00) + fakes::le32(1u << 20) + std::string(16, '\0');
  const auto values = decode(StoredType::kQ5_0, block);
  for (size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], i == 20 ? 0.0f : -16.0f);
}

// Nibbles are numbers of a table; all of it fits into q8_0's bytes, with the same scale.
TEST(StoredType, KeepsIQ4_NLInQ8_0BitForBit) {
  std::string block = fakes::le16(0x3c00);
  for (int i = 0; i < 16; ++i) block += static_cast<char>(i | (15 - i) << 4);
  const auto values = decode(StoredType::kIQ4_NL, block);
  EXPECT_EQ(values[0], -127.0f);
  EXPECT_EQ(values[8], 1.0f);
  EXPECT_EQ(values[15], 113.0f);
  EXPECT_EQ(values[16], 113.0f);
  EXPECT_EQ(values[31], -127.0f);
  EXPECT_EQ(group_type_of(StoredType::kIQ4_NL), llama::WeightType::kQ8_0);
  WeightGroup group;
  split_blocks(StoredType::kIQ4_NL, std::as_bytes(std::span(block)), std::span(&group, 1));
  EXPECT_EQ(group.half_scale, 0x3c00);
  for (size_t i = 0; i < 32; ++i) EXPECT_EQ(static_cast<float>(group.weights[i]), values[i]) << i;
}

// Scale 3 of group 5 alone (its 4 low bits are in byte 9), d 1: that group's values times 3.
TEST(StoredType, DecodesTheScalesOfQ4_K) {
  std::string scales(12, '\0');
  scales[9] = 3;
  scales[1] = static_cast<char>(0xc0);  // the two high bits of group 5's scale: 48 more
  const std::string block =
      fakes::le16(0x3c00) + fakes::le16(0) + scales + std::string(128, '\x21');
  const auto values = decode(StoredType::kQ4_K, block);
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(values[i], i / 32 == 5 ? 2.0f * 51 : 0.0f) << i;
  }
}

// Every half below 128 is a scale of ours, subnormal ones included.
TEST(StoredType, KeepsEveryHalfScaleBitForBit) {
  const llama::WeightTraits& ours = llama::traits_of(llama::WeightType::kQ8_0);
  std::vector<std::byte> block(ours.largest_block_bytes);
  for (uint32_t half = 0; half < 0x10000; ++half) {
    std::string stored = fakes::le16(static_cast<uint16_t>(half));
    for (int i = 0; i < 32; ++i) stored += static_cast<char>(i * 8 - 128);
    WeightGroup group;
    split_blocks(StoredType::kQ8_0, std::as_bytes(std::span(stored)), std::span(&group, 1));
    const bool is_small = (half & 0x7fff) < 0x5800;  // 128
    const std::array<WeightGroup, 4> rows = {WeightGroup{}, WeightGroup{}, group, WeightGroup{}};
    ASSERT_EQ(ours.pack_groups(rows, 32, block), is_small) << half;
    if (!is_small) continue;
    const float scale = llama::half_to_float(static_cast<uint16_t>(half));
    std::vector<float> kept(32);
    ours.unpack_row(block, 2, kept);
    for (int i = 0; i < 32; ++i) {
      ASSERT_EQ(kept[static_cast<size_t>(i)], scale * static_cast<float>(i * 8 - 128)) << half;
    }
  }
}

TEST(StoredType, SplitsWhatItDecodes) {
  std::vector<float> values(96);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 37) - 17.0f;
  for (const StoredType type : {StoredType::kQ8_0, StoredType::kQ4_0}) {
    const std::string blocks = fakes::stored(type, values);
    std::vector<WeightGroup> groups(3);
    split_blocks(type, std::as_bytes(std::span(blocks)), groups);
    const auto decoded = decode(type, blocks);
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(decoded[i], llama::half_to_float(groups[i / 32].half_scale) *
                                static_cast<float>(groups[i / 32].weights[i % 32]));
    }
  }
}

}  // namespace
}  // namespace host
