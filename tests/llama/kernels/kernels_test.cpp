#include "llama/kernels/kernels.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
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

// Of a type that leaves out zeros, half of them are.
std::vector<float> random_rows(const WeightTraits& traits, size_t size, std::mt19937& random) {
  std::normal_distribution<float> normal(0, 0.1f);
  std::vector<float> values(size);
  for (float& value : values) {
    value = traits.dense != nullptr && random() % 2 == 0 ? 0 : normal(random);
  }
  return values;
}

Matrix random_matrix(WeightType type, uint32_t rows, uint32_t columns, std::mt19937& random) {
  const WeightTraits& traits = traits_of(type);
  const uint32_t padded = base::round_up(rows, kRowsPerGroup);
  Matrix matrix{
      std::vector<std::byte>(padded / 4 * static_cast<size_t>(traits.row_group_bytes(columns))),
      random_rows(traits, size_t{padded} * columns, random)};
  EXPECT_TRUE(traits.pack(matrix.values, columns, matrix.packed));
  for (uint32_t row = 0; row < padded; ++row) {
    traits.unpack_row(matrix.packed, row,
                      std::span(matrix.values).subspan(size_t{row} * columns, columns));
  }
  return matrix;
}

std::vector<WeightType> all_types() {
  std::vector<WeightType> types;
  for (const WeightTraits* const traits : weight_types()) types.push_back(traits->type);
  return types;
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
      prepare_columns(GetParam(), columns);
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

INSTANTIATE_TEST_SUITE_P(Types, Multiply, testing::ValuesIn(all_types()),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

// Blocks of integers are valid whatever their bits; floats may not be infinite, or no number.
std::vector<std::byte> random_packed(WeightType type, uint32_t rows, uint32_t columns,
                                     std::mt19937& random) {
  const WeightTraits& traits = traits_of(type);
  if (!traits.any_bytes_are_weights) return random_matrix(type, rows, columns, random).packed;
  std::vector<std::byte> packed(static_cast<size_t>(traits.packed_bytes(rows, columns).most));
  for (std::byte& byte : packed) byte = static_cast<std::byte>(random());
  return packed;
}

// Activations are those of a model, or huge, or damaged.
TEST(MultiplyRows, GivesTheBitsOfTheReference) {
  std::mt19937 random(7);
  constexpr uint32_t kStride = 19;
  enter_flush_to_zero();
  for (const WeightType type : all_types()) {
    EXPECT_TRUE(traits_of(type).has_fast_kernel()) << name_of(type);
    for (const auto [rows, width, count] :
         {std::array<uint32_t, 3>{17, 100, 1}, {4, 32, 3}, {16, 288, 5}, {1, 1, 1}}) {
      const auto packed = random_packed(type, rows, width, random);
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
      Largest largest, largest_expected;
      multiply_rows(type, packed, rows, columns, out.data(), kStride, &largest);
      reference::multiply_rows(type, packed, rows, reference_columns, expected.data(), kStride,
                               &largest_expected);
      EXPECT_EQ(largest.is_known(), largest_expected.is_known());
      EXPECT_EQ(largest.at, largest_expected.at);
      for (size_t i = 0; i < out.size(); ++i) {
        // The payload of a NaN means nothing.
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

TEST(QuantizeActivations, AreThoseOfTheDefinition) {
  enter_flush_to_zero();
  std::mt19937 random(29);
  for (int round = 0; round < 2000; ++round) {
    // Any bits at all, or some that are close together.
    const uint32_t mask = round % 2 == 0 ? 0xffffffffu : 0x80ffffffu;
    std::vector<float> values(1 + random() % kColumnsPerGroup);
    for (float& value : values) {
      value = std::bit_cast<float>((static_cast<uint32_t>(random()) & mask) |
                                   (mask == 0xffffffffu ? 0 : 0x3f000000u));
    }
    std::array<int8_t, kColumnsPerGroup> weights, expected;
    const float scale = quantize_activations(values, weights);
    const float expected_scale = reference::quantize_activations(values, expected);
    ASSERT_TRUE(scale == expected_scale || (std::isnan(scale) && std::isnan(expected_scale)));
    ASSERT_EQ(weights, expected) << round;
  }
}

}  // namespace
}  // namespace llama
