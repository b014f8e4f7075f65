#include "llama/kernels/kernels.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "llama/kernels/activations.h"
#include "llama/kernels/fp_mode.h"
#include "llama/kernels/kernels_reference.h"

namespace llama {
namespace {

// Random rows of a type, packed, and the same rows unpacked to floats.
struct Matrix {
  std::vector<std::byte> packed;
  std::vector<float> values;  // (rows rounded up to 4, columns)
};

Matrix random_matrix(WeightType type, uint32_t rows, uint32_t columns, std::mt19937& random) {
  std::normal_distribution<float> normal(0, 0.1f);
  const auto group_bytes = static_cast<size_t>(row_group_bytes(type, columns));
  const uint32_t padded = base::round_up(rows, kRowsPerGroup);
  Matrix matrix{std::vector<std::byte>(padded / 4 * group_bytes),
                std::vector<float>(size_t{padded} * columns)};
  for (uint32_t row = 0; row < padded; ++row) {
    const auto group = std::span(matrix.packed).subspan(row / 4 * group_bytes, group_bytes);
    const auto values = std::span(matrix.values).subspan(size_t{row} * columns, columns);
    for (float& value : values) value = normal(random);
    if (type == WeightType::kF32) {
      pack_f32_row(values, row % 4, group);
    } else {
      const size_t block = group_bytes / column_groups(columns);
      for (uint32_t g = 0; g < column_groups(columns); ++g) {
        std::array<float, 32> in{};
        for (uint32_t i = 0; i < 32 && g * 32 + i < columns; ++i) in[i] = values[g * 32 + i];
        std::array<int8_t, 32> weights;
        const uint16_t scale = quantize_group(type, in, weights);
        pack_group(type, {scale, weights}, row % 4, group.subspan(g * block, block));
      }
    }
    unpack_row(type, group, row % 4, values);
  }
  return matrix;
}

class Multiply : public testing::TestWithParam<WeightType> {};

// The definition once more, from unpacked rows and in the order that kernels.h promises.
float expected_product(WeightType type, std::span<const float> row, std::span<const float> column) {
  if (type == WeightType::kF32) {
    float sum = 0;
    for (size_t i = 0; i < row.size(); ++i) sum += row[i] * column[i];
    return sum;
  }
  double exact = 0;
  for (size_t first = 0; first < row.size(); first += 32) {
    std::array<int8_t, 32> weights;
    const size_t count = std::min<size_t>(32, row.size() - first);
    const float scale = quantize_activations(column.subspan(first, count), weights);
    for (size_t i = 0; i < count; ++i) {
      exact += static_cast<double>(row[first + i]) * weights[i] * static_cast<double>(scale);
    }
  }
  return static_cast<float>(exact);
}

TEST_P(Multiply, EqualsThePlainProductForOddShapes) {
  enter_flush_to_zero();
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 1);
  for (const uint32_t width : {1u, 2u, 31u, 32u, 33u, 64u, 172u}) {
    for (const uint32_t rows : {1u, 3u, 4u, 5u, 13u}) {
      const Matrix matrix = random_matrix(GetParam(), rows, width, random);
      constexpr uint32_t kCount = 3;
      std::vector<float> values(size_t{kCount} * width);
      for (float& value : values) value = normal(random);
      std::vector<std::byte> prepared(prepared_bytes(kCount, width));
      const Columns columns{kCount, width, values, prepared};
      if (GetParam() != WeightType::kF32) prepare_columns(GetParam(), columns);
      const size_t stride = rows + 2;
      std::vector<float> out(kCount * stride, -99);
      multiply_rows(GetParam(), matrix.packed, rows, columns, out.data(), stride);
      for (uint32_t c = 0; c < kCount; ++c) {
        for (uint32_t r = 0; r < rows; ++r) {
          const auto row = std::span(matrix.values).subspan(size_t{r} * width, width);
          const auto column = std::span(values).subspan(size_t{c} * width, width);
          const float expected = expected_product(GetParam(), row, column);
          EXPECT_NEAR(out[c * stride + r], expected, 1e-5f) << width << " " << rows;
        }
        // Rows that only pad a row group are not written.
        EXPECT_EQ(out[c * stride + rows], -99);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, Multiply,
                         testing::Values(WeightType::kF32, WeightType::kQ8_0, WeightType::kQ4_0),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

// Any block is valid, whatever its bits; activations are those of a model, or huge, or damaged.
TEST(MultiplyRows, GivesTheBitsOfTheReference) {
  std::mt19937 random(7);
  constexpr uint32_t kStride = 19;
  for (const WeightType type : {WeightType::kQ8_0, WeightType::kQ4_0}) {
    for (const auto [rows, width, count] :
         {std::array<uint32_t, 3>{17, 100, 1}, {4, 32, 3}, {16, 288, 5}, {1, 1, 1}}) {
      std::vector<std::byte> packed((rows + 3) / 4 *
                                    static_cast<size_t>(row_group_bytes(type, width)));
      for (std::byte& byte : packed) byte = static_cast<std::byte>(random());
      std::vector<float> values(size_t{count} * width);
      for (float& value : values) {
        value = random() % 64 == 0 ? std::bit_cast<float>(static_cast<uint32_t>(random()))
                                   : static_cast<float>(random()) / 4e9f - 0.5f;
      }
      std::vector<std::byte> prepared(prepared_bytes(count, width)), defined(prepared.size());
      const Columns columns{count, width, values, prepared};
      const Columns reference_columns{count, width, values, defined};
      prepare_columns(type, columns);
      reference::prepare_columns(type, reference_columns);
      std::vector<float> out(count * kStride, -1), expected(out);
      multiply_rows(type, packed, rows, columns, out.data(), kStride);
      reference::multiply_rows(type, packed, rows, reference_columns, expected.data(), kStride);
      for (size_t i = 0; i < out.size(); ++i) {
        // The payload of a NaN is nobody's.
        const bool is_same =
            std::bit_cast<uint32_t>(out[i]) == std::bit_cast<uint32_t>(expected[i]);
        EXPECT_TRUE(is_same || (std::isnan(out[i]) && std::isnan(expected[i])))
            << name_of(type) << ' ' << rows << 'x' << width << " at " << i << ": " << out[i]
            << ", not " << expected[i];
      }
    }
  }
}

TEST(QuantizeActivations, RoundsToTheNearestStepAndPadsWithZeros) {
  const std::vector<float> values = {127.0f, -127.0f, 2.5f, 3.5f};  // ties go to the even step
  std::array<int8_t, 32> weights;
  weights.fill(55);
  EXPECT_EQ(quantize_activations(values, weights), 1.0f);
  EXPECT_EQ(weights[0], 127);
  EXPECT_EQ(weights[1], -127);
  EXPECT_EQ(weights[2], 2);
  EXPECT_EQ(weights[3], 4);
  EXPECT_EQ(weights[4], 0);
  EXPECT_EQ(weights[31], 0);
}

TEST(QuantizeActivations, KeepsZerosZeroAndLetsDamageShow) {
  std::vector<float> values(32, 0.0f);
  std::array<int8_t, 32> weights;
  weights.fill(55);
  EXPECT_EQ(quantize_activations(values, weights), 0.0f);
  EXPECT_EQ(weights[0], 0);
  for (const float damage :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    values[8] = damage;
    values[9] = 1;
    EXPECT_TRUE(std::isnan(quantize_activations(values, weights)));
    EXPECT_EQ(weights[9], 0);
  }
}

TEST(Softmax, SumsToOneAndSurvivesLargeValues) {
  std::vector<float> x = {1000.0f, 999.0f, -1000.0f};
  softmax(x);
  EXPECT_NEAR(x[0], 0.7310586f, 1e-6f);
  EXPECT_NEAR(x[1], 0.2689414f, 1e-6f);
  EXPECT_EQ(x[2], 0.0f);
}

TEST(Rmsnorm, ScalesToUnitPowerAndMayWriteInPlace) {
  std::vector<float> x = {3.0f, -4.0f};
  const std::vector<float> weight = {1.0f, 2.0f};
  rmsnorm(x, x, weight, 0);
  const float root = std::sqrt(12.5f);
  EXPECT_NEAR(x[0], 3.0f / root, 1e-6f);
  EXPECT_NEAR(x[1], -8.0f / root, 1e-6f);
}

TEST(RotatePairs, TurnsEachHeadsPairsByTheSameAngles) {
  std::vector<float> x = {1, 0, 0, 1};            // two heads of size 2
  const std::vector<float> turns = {0.0f, 1.0f};  // a quarter turn
  rotate_pairs(x, turns);
  EXPECT_EQ(x, (std::vector<float>{0, 1, -1, 0}));
}

TEST(Swiglu, GatesWithTheSigmoid) {
  std::vector<float> gate = {0.0f, 2.0f, -200.0f};
  swiglu(gate, std::vector<float>{5.0f, 3.0f, 1.0f});
  EXPECT_EQ(gate[0], 0.0f);
  EXPECT_NEAR(gate[1], 3.0f * 2.0f / (1.0f + std::exp(-2.0f)), 1e-6f);
  EXPECT_EQ(gate[2], 0.0f);
}

}  // namespace
}  // namespace llama
