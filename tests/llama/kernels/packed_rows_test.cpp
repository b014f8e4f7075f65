#include "llama/kernels/packed_rows.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "llama/kernels/fp_mode.h"
#include "llama/kernels/math.h"

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
  const bool is_q8 = GetParam() == WeightType::kQ8_0;
  const int least = is_q8 ? -128 : -8;
  const int most = is_q8 ? 127 : 7;
  std::mt19937 random(7);
  std::uniform_int_distribution<int> weight(least, most);
  std::vector<std::byte> block(is_q8 ? kQ8BlockBytes : kQ4BlockBytes);
  std::array<std::array<int8_t, kColumnsPerGroup>, kRowsPerGroup> rows;
  for (uint32_t row = 0; row < kRowsPerGroup; ++row) {
    for (int8_t& value : rows[row]) value = static_cast<int8_t>(weight(random));
    rows[row][row] = static_cast<int8_t>(least);
    rows[row][31 - row] = static_cast<int8_t>(most);
    // 0x9001 is a negative half, 0x0003 a subnormal one.
    ASSERT_TRUE(pack_group(
        GetParam(), {row % 2 == 0 ? uint16_t{0x9001} : uint16_t{0x0003}, rows[row]}, row, block));
  }
  for (uint32_t row = 0; row < kRowsPerGroup; ++row) {
    std::vector<float> out(kColumnsPerGroup);
    unpack_row(GetParam(), block, row, out);
    for (uint32_t column = 0; column < kColumnsPerGroup; ++column) {
      const int got = is_q8 ? unpack_q8(block, row, column) : unpack_q4(block, row, column);
      EXPECT_EQ(got, rows[row][column]) << row << " " << column;
      EXPECT_EQ(out[column], half_to_float(row % 2 == 0 ? 0x9001 : 0x0003) *
                                 static_cast<float>(rows[row][column]));
    }
  }
}

TEST_P(PackedGroups, HoldZerosWhereTheScaleIsZero) {
  std::array<int8_t, kColumnsPerGroup> weights;
  weights.fill(5);
  std::vector<std::byte> block(136);
  ASSERT_TRUE(pack_group(GetParam(), {0x8000, weights}, 2, block));
  std::vector<float> out(kColumnsPerGroup, 1);
  unpack_row(GetParam(), block, 2, out);
  for (const float value : out) EXPECT_EQ(value, 0);
}

INSTANTIATE_TEST_SUITE_P(Types, PackedGroups, testing::Values(WeightType::kQ8_0, WeightType::kQ4_0),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

TEST(PackedRows, ARefusedScaleLeavesNoDoubt) {
  std::array<int8_t, kColumnsPerGroup> weights{};
  std::vector<std::byte> block(kQ8BlockBytes);
  EXPECT_FALSE(pack_group(WeightType::kQ8_0, {0x7c00, weights}, 0, block));  // infinity
  EXPECT_FALSE(pack_group(WeightType::kQ8_0, {0x5800, weights}, 0, block));  // 128
}

TEST(PackedRows, QuantizeWithinHalfAStepOfTheScale) {
  std::mt19937 random(11);
  std::normal_distribution<float> normal(0, 0.05f);
  for (int round = 0; round < 200; ++round) {
    std::array<float, kColumnsPerGroup> values;
    for (float& value : values) value = normal(random);
    std::array<int8_t, kColumnsPerGroup> weights;
    const float q8_scale = half_to_float(quantize_group(WeightType::kQ8_0, values, weights));
    for (size_t i = 0; i < values.size(); ++i) {
      // Half a step, and the half's own rounding (2^-11) at full scale.
      EXPECT_NEAR(q8_scale * static_cast<float>(weights[i]), values[i], q8_scale * 0.57f);
    }
    const float q4_scale = half_to_float(quantize_group(WeightType::kQ4_0, values, weights));
    for (size_t i = 0; i < values.size(); ++i) {
      // The side opposite to the extreme value ends at 7 steps, not 8.
      EXPECT_NEAR(q4_scale * static_cast<float>(weights[i]), values[i],
                  (q4_scale < 0 ? -q4_scale : q4_scale) * 1.01f);
    }
  }
}

TEST(PackedRows, QuantizeZerosToZeros) {
  const std::array<float, kColumnsPerGroup> values{};
  std::array<int8_t, kColumnsPerGroup> weights;
  weights.fill(9);
  EXPECT_EQ(quantize_group(WeightType::kQ8_0, values, weights), 0);
  for (const int8_t weight : weights) EXPECT_EQ(weight, 0);
}

TEST(PackedRows, InterleaveF32RowsByFour) {
  std::vector<std::byte> group(3 * 4 * sizeof(float));
  for (uint32_t row = 0; row < 4; ++row) {
    const float base = static_cast<float>(10 * row);
    const std::array<float, 3> values = {base, base + 1, base + 2};
    pack_f32_row(values, row, group);
  }
  std::array<float, 3> out;
  unpack_row(WeightType::kF32, group, 3, out);
  EXPECT_EQ(out[0], 30);
  EXPECT_EQ(out[2], 32);
}

}  // namespace
}  // namespace llama
