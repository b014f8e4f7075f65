#include "llama/kernels/packed_rows.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "base/bytes.h"
#include "llama/kernels/fp_mode.h"
#include "llama/kernels/math.h"
#include "llama/kernels/weight_scale.h"

namespace llama {
namespace {

TEST(PackedRows, ScalesHoldEveryHalfBelow128Exactly) {
  enter_flush_to_zero();
  int converted = 0;
  for (uint32_t half = 0; half < 0x10000; ++half) {
    uint16_t scale = 0;
    const float value = half_to_float(static_cast<uint16_t>(half));
    const bool fits = scale_from_half(static_cast<uint16_t>(half), scale);
    ASSERT_EQ(fits, value < 128 && value > -128) << std::hex << half;
    if (fits) {
      ASSERT_EQ(scale_to_float(scale), value) << std::hex << half;
      ++converted;
    }
  }
  EXPECT_EQ(converted, 2 * 0x5800);  // half 0x5800 is 128
}

class PackedGroups : public testing::TestWithParam<WeightType> {};

TEST_P(PackedGroups, ReturnEveryWeightOfEveryRow) {
  const WeightTraits& traits = traits_of(GetParam());
  const int least = -(1 << (traits.integer_bits - 1));
  const int most = -least - 1;
  std::mt19937 random(7);
  std::uniform_int_distribution<int> weight(least, most);
  std::vector<std::byte> block(static_cast<size_t>(traits.row_group_bytes(kColumnsPerGroup)));
  std::array<WeightGroup, kRowsPerGroup> rows;
  for (uint32_t row = 0; row < kRowsPerGroup; ++row) {
    // 0x9001 is a negative half, 0x0003 a subnormal one.
    rows[row].half_scale = row % 2 == 0 ? 0x9001 : 0x0003;
    for (int8_t& value : rows[row].weights) value = static_cast<int8_t>(weight(random));
    rows[row].weights[row] = static_cast<int8_t>(least);
    rows[row].weights[31 - row] = static_cast<int8_t>(most);
  }
  ASSERT_TRUE(traits.pack_groups(rows, kColumnsPerGroup, block));
  for (uint32_t row = 0; row < kRowsPerGroup; ++row) {
    std::vector<float> out(kColumnsPerGroup);
    unpack_row(GetParam(), block, row, out);
    for (uint32_t column = 0; column < kColumnsPerGroup; ++column) {
      EXPECT_EQ(out[column],
                half_to_float(rows[row].half_scale) * static_cast<float>(rows[row].weights[column]))
          << row << " " << column;
    }
    WeightGroup again;
    traits.unpack_groups(block, row, std::span(&again, 1));
    EXPECT_EQ(again.half_scale, rows[row].half_scale);
    EXPECT_EQ(again.weights, rows[row].weights);
  }
}

TEST_P(PackedGroups, HoldZerosWhereTheScaleIsZero) {
  const WeightTraits& traits = traits_of(GetParam());
  std::array<WeightGroup, kRowsPerGroup> rows{};
  rows[2].half_scale = 0x8000;
  rows[2].weights.fill(5);
  std::vector<std::byte> block(static_cast<size_t>(traits.row_group_bytes(kColumnsPerGroup)));
  ASSERT_TRUE(traits.pack_groups(rows, kColumnsPerGroup, block));
  std::vector<float> out(kColumnsPerGroup, 1);
  unpack_row(GetParam(), block, 2, out);
  for (const float value : out) EXPECT_EQ(value, 0);
}

TEST_P(PackedGroups, RefuseScalesThatTheyCannotHold) {
  const WeightTraits& traits = traits_of(GetParam());
  std::vector<std::byte> block(static_cast<size_t>(traits.row_group_bytes(kColumnsPerGroup)));
  std::array<WeightGroup, kRowsPerGroup> rows{};
  for (const uint16_t scale : {uint16_t{0x7c00}, uint16_t{0x5800}}) {  // infinity, 128
    rows[0].half_scale = scale;
    EXPECT_FALSE(traits.pack_groups(rows, kColumnsPerGroup, block));
  }
  const std::vector<float> huge(size_t{kRowsPerGroup} * kColumnsPerGroup, 1e6f);
  EXPECT_FALSE(traits.pack(huge, kColumnsPerGroup, block));
}

// Rows of a block and a half: the block that is not full is filled with zeros.
TEST_P(PackedGroups, ReturnQuantizedRowsOfAnyWidth) {
  const WeightTraits& traits = traits_of(GetParam());
  constexpr uint32_t kWidth = 48, kRows = 8;
  std::mt19937 random(13);
  std::normal_distribution<float> normal(0, 0.05f);
  std::vector<float> values(size_t{kRows} * kWidth);
  for (float& value : values) value = normal(random);
  std::vector<std::byte> packed(kRows / 4 * static_cast<size_t>(traits.row_group_bytes(kWidth)));
  ASSERT_TRUE(traits.pack(values, kWidth, packed));
  std::vector<float> out(kWidth);
  for (uint32_t row = 0; row < kRows; ++row) {
    unpack_row(GetParam(), packed, row, out);
    const auto given = std::span(values).subspan(size_t{row} * kWidth, kWidth);
    for (uint32_t first = 0; first < kWidth; first += kColumnsPerGroup) {
      std::array<float, kColumnsPerGroup> some{};
      for (uint32_t i = first; i < kWidth && i < first + 32; ++i) some[i - first] = given[i];
      const WeightGroup group = traits.quantize(some);
      for (uint32_t i = first; i < kWidth && i < first + 32; ++i) {
        EXPECT_EQ(out[i],
                  half_to_float(group.half_scale) * static_cast<float>(group.weights[i - first]));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, PackedGroups,
                         testing::Values(WeightType::kQ8_0, WeightType::kQ4_0,
                                         WeightType::kQ8_0Masked, WeightType::kQ4_0Masked),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

TEST(PackedRows, QuantizeWithinHalfAStepOfTheScale) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal(0, 0.05f);
  for (int round = 0; round < 200; ++round) {
    std::array<float, kColumnsPerGroup> values;
    for (float& value : values) value = normal(random);
    const WeightGroup q8 = traits_of(WeightType::kQ8_0).quantize(values);
    const float q8_scale = half_to_float(q8.half_scale);
    for (size_t i = 0; i < values.size(); ++i) {
      // Half a step, and the half's own rounding (2^-11) at full scale.
      EXPECT_NEAR(q8_scale * static_cast<float>(q8.weights[i]), values[i], q8_scale * 0.57f);
    }
    const WeightGroup q4 = traits_of(WeightType::kQ4_0).quantize(values);
    const float q4_scale = half_to_float(q4.half_scale);
    for (size_t i = 0; i < values.size(); ++i) {
      // The side opposite to the extreme value ends at 7 steps, not 8.
      EXPECT_NEAR(q4_scale * static_cast<float>(q4.weights[i]), values[i],
                  (q4_scale < 0 ? -q4_scale : q4_scale) * 1.01f);
    }
  }
}

TEST(PackedRows, QuantizeZerosToZeros) {
  const WeightGroup group =
      traits_of(WeightType::kQ8_0).quantize(std::array<float, kColumnsPerGroup>{});
  EXPECT_EQ(group.half_scale, 0);
  for (const int8_t weight : group.weights) EXPECT_EQ(weight, 0);
}

TEST(PackedRows, InterleaveF32RowsByFour) {
  const std::array<float, 12> rows = {0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32};
  std::vector<std::byte> packed(sizeof rows);
  ASSERT_TRUE(traits_of(WeightType::kF32).pack(rows, 3, packed));
  EXPECT_EQ(base::load_le_f32(packed, 0), 0);
  EXPECT_EQ(base::load_le_f32(packed, 4), 10);
  EXPECT_EQ(base::load_le_f32(packed, 16), 1);
  std::array<float, 3> out;
  unpack_row(WeightType::kF32, packed, 3, out);
  EXPECT_EQ(out[0], 30);
  EXPECT_EQ(out[2], 32);
}

}  // namespace
}  // namespace llama
