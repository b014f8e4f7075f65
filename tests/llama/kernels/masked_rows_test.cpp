// Masked rows are the dense rows with zeros, in fewer bytes: each weight, each product's bits. What
// does not hold the rows that it should is found before anything else is read of it.
#include "llama/kernels/masked_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

#include "llama/kernels/fp_mode.h"
#include "llama/kernels/kernels_reference.h"
#include "llama/kernels/math.h"

namespace llama {
namespace {

// Groups of rows (rows rounded up to 4, columns), of which a share of the weights is 0.
std::vector<WeightGroup> random_groups(uint32_t bits, uint32_t rows, uint32_t columns, double zeros,
                                       std::mt19937& random) {
  const int most = (1 << (bits - 1)) - 1;
  std::uniform_int_distribution<int> weight(1, most);
  std::bernoulli_distribution is_zero(zeros), is_negative(0.5);
  std::vector<WeightGroup> groups(size_t{base::round_up(rows, kRowsPerGroup)} *
                                  column_groups(columns));
  const uint32_t in_row = column_groups(columns);
  for (size_t i = 0; i < groups.size(); ++i) {
    groups[i].half_scale = float_to_half(std::ldexp(1.0f + static_cast<float>(i % 7) / 8, -8));
    for (uint32_t c = 0; c < kColumnsPerGroup; ++c) {
      const bool is_padding = i / in_row >= rows || i % in_row * kColumnsPerGroup + c >= columns;
      const int value = is_negative(random) ? -weight(random) : weight(random);
      groups[i].weights[c] = static_cast<int8_t>(is_padding || is_zero(random) ? 0 : value);
    }
  }
  return groups;
}

// In as many bytes as they take.
std::vector<std::byte> packed_as(const WeightTraits& traits, std::span<const WeightGroup> groups,
                                 uint32_t columns) {
  const auto rows = static_cast<uint32_t>(groups.size() / column_groups(columns));
  std::vector<std::byte> packed(static_cast<size_t>(traits.packed_bytes(rows, columns).most));
  EXPECT_TRUE(traits.pack_groups(groups, columns, packed));
  if (traits.measure == nullptr) return packed;
  const size_t bytes = traits.measure(packed, rows, columns);
  EXPECT_GE(bytes, traits.packed_bytes(rows, columns).least);
  // Not within a larger one: what reads beyond its end is seen.
  return {packed.begin(), packed.begin() + static_cast<ptrdiff_t>(bytes)};
}

class Masked : public testing::TestWithParam<WeightType> {
 protected:
  Masked() { enter_flush_to_zero(); }
  const WeightTraits& traits_ = traits_of(GetParam());
  const WeightTraits& dense_ = *traits_.dense;
  std::mt19937 random_{41};
};

TEST_P(Masked, TakeWhatTheirWeightsTake) {
  constexpr uint32_t kRows = 64, kWidth = 1024;
  const auto dense = static_cast<double>(dense_.packed_bytes(kRows, kWidth).most);
  const auto share = [&](double zeros) {
    const auto groups = random_groups(traits_.integer_bits, kRows, kWidth, zeros, random_);
    return static_cast<double>(packed_as(traits_, groups, kWidth).size()) / dense;
  };
  EXPECT_LT(share(0), 1.003);
  const bool is_q8 = traits_.integer_bits == 8;
  EXPECT_LT(share(0.2), is_q8 ? 0.935 : 1.003);
  EXPECT_LT(share(0.3), is_q8 ? 0.84 : 0.965);
  EXPECT_NEAR(share(0.5), is_q8 ? 88.0 / 136 : 56.0 / 72, 0.01);
  EXPECT_NEAR(share(1), is_q8 ? 24.0 / 136 : 24.0 / 72, 0.003);
}

TEST_P(Masked, HaveEachWeightOfTheDenseRows) {
  for (const uint32_t width : {1u, 32u, 33u, 172u, 11008u}) {
    for (const double zeros : {0.0, 0.1, 0.3, 0.6, 1.0}) {
      const uint32_t rows = width > 1000 ? 4 : 9;
      const auto groups = random_groups(traits_.integer_bits, rows, width, zeros, random_);
      const auto packed = packed_as(traits_, groups, width);
      const auto dense = packed_as(dense_, groups, width);
      std::vector<float> out(width), expected(width);
      std::vector<WeightGroup> again(column_groups(width));
      for (uint32_t row = 0; row < rows; ++row) {
        traits_.unpack_row(packed, row, out);
        dense_.unpack_row(dense, row, expected);
        ASSERT_EQ(out, expected) << width << " " << zeros << " " << row;
        traits_.unpack_groups(packed, row, again);
        for (size_t g = 0; g < again.size(); ++g) {
          ASSERT_EQ(again[g].half_scale, groups[row * again.size() + g].half_scale);
          ASSERT_EQ(again[g].weights, groups[row * again.size() + g].weights);
        }
      }
    }
  }
}

TEST_P(Masked, GiveTheBitsOfTheDenseRows) {
  std::normal_distribution<float> normal(0, 1);
  for (const auto [rows, width] : {std::array<uint32_t, 2>{1, 1},
                                   {3, 31},
                                   {4, 32},
                                   {13, 172},
                                   {70, 288},
                                   {12, 1024},
                                   {9, 2080},
                                   {5, 11008}}) {
    for (const double zeros : {0.0, 0.15, 0.5, 0.97}) {
      const auto groups = random_groups(traits_.integer_bits, rows, width, zeros, random_);
      const auto packed = packed_as(traits_, groups, width);
      const auto dense = packed_as(dense_, groups, width);
      for (const uint32_t count : {1u, 2u, 4u, 7u}) {
        std::vector<float> values(size_t{count} * width);
        for (float& value : values) value = normal(random_);
        std::vector<std::byte> prepared(prepared_bytes(count, width));
        const Columns columns{count, width, values, prepared};
        const size_t stride = rows + 1;
        std::vector<float> out(count * stride, -9), expected(out), defined(out);
        prepare_columns(dense_.type, columns);
        multiply_rows(dense_.type, dense, rows, columns, expected.data(), stride);
        prepare_columns(traits_.type, columns);
        Largest largest;
        multiply_rows(traits_.type, packed, rows, columns, out.data(), stride, &largest);
        ASSERT_EQ(out, expected) << rows << "x" << width << " " << zeros << " " << count;
        if (count == 1 && largest.is_known()) {
          EXPECT_EQ(out[largest.at], *std::ranges::max_element(std::span(out).first(rows)));
        }
        if (width > 2000) continue;
        reference::prepare_columns(traits_.type, columns);
        reference::multiply_rows(traits_.type, packed, rows, columns, defined.data(), stride);
        ASSERT_EQ(out, defined) << rows << "x" << width << " " << zeros << " " << count;
      }
    }
  }
}

// Where a tile's head, forms and masks are is known to this test alone.
TEST_P(Masked, ThatAreNotWholeAreNoRows) {
  constexpr uint32_t kRows = 8, kWidth = 96;
  const auto groups = random_groups(traits_.integer_bits, kRows, kWidth, 0.5, random_);
  const auto good = packed_as(traits_, groups, kWidth);
  EXPECT_TRUE(traits_.holds_rows(good, kRows, kWidth));
  EXPECT_FALSE(traits_.holds_rows(good, kRows, kWidth + 32));
  EXPECT_FALSE(traits_.holds_rows(good, kRows + 4, kWidth));
  for (size_t bytes = 0; bytes < good.size(); ++bytes) {
    EXPECT_FALSE(traits_.holds_rows(std::span(good).first(bytes), kRows, kWidth)) << bytes;
  }
  const auto refuses = [&](size_t at, unsigned bit) {
    auto damaged = good;
    damaged[at] ^= std::byte{1} << bit;
    return !traits_.holds_rows(damaged, kRows, kWidth);
  };
  for (size_t at = 0; at < 16; ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) EXPECT_TRUE(refuses(at, bit)) << at << " " << bit;
  }
  // A mask that keeps more than there is: the last block's.
  auto damaged = good;
  const size_t masks = 16 + 5 * 24 + 8;
  for (size_t i = 0; i < 16; ++i) damaged[masks + i] = std::byte{0xff};
  EXPECT_FALSE(traits_.holds_rows(damaged, kRows, kWidth));
}

TEST_P(Masked, OfAnyBytesAreRefusedOrRead) {
  constexpr uint32_t kRows = 9, kWidth = 80;
  const auto groups = random_groups(traits_.integer_bits, kRows, kWidth, 0.5, random_);
  const auto good = packed_as(traits_, groups, kWidth);
  std::vector<float> values(kWidth, 1);
  std::vector<std::byte> prepared(prepared_bytes(1, kWidth));
  const Columns columns{1, kWidth, values, prepared};
  prepare_columns(traits_.type, columns);
  int read = 0;
  for (int round = 0; round < 2000; ++round) {
    auto bytes = good;
    for (int change = 0; change < 3; ++change) {
      bytes[random_() % bytes.size()] = static_cast<std::byte>(random_());
    }
    if (!traits_.holds_rows(bytes, kRows, kWidth)) continue;
    ++read;
    std::vector<float> out(kRows), row(kWidth);
    multiply_rows(traits_.type, bytes, kRows, columns, out.data(), kRows);
    traits_.unpack_row(bytes, kRows - 1, row);
  }
  EXPECT_GT(read, 100);
}

INSTANTIATE_TEST_SUITE_P(Types, Masked,
                         testing::Values(WeightType::kQ8_0Masked, WeightType::kQ4_0Masked),
                         [](const auto& tested) { return std::string(name_of(tested.param)); });

}  // namespace
}  // namespace llama
