// Quantized rows on a machine with vectors of 128 bits, which every x86-64 and every ARMv8 has: the
// four rows of a group side by side. A block's words come as they lie in memory, four rows' at
// once, and are taken for two halves of 16 bits each:
//
//   q8_0: a half is 256 b1 + u0, where b is a weight and u = b + 128 (even columns are stored so).
//     Shifted by 8 it is b1, masked u0; the products with pairs of activations are added up in 32
//     bits, and the offset is taken away by a bias of 128 times the even columns' activations.
//   q4_0: a half is 4096 s3 + 256 u2 + 16 u1 + u0, where s is a weight and u = s + 8: likewise, by
//     shifts of 12, 8, 4 and 0 and a bias of 8 times the activations of all but the fourth columns.
//
// Integers are exact, and each lane's floats are those of kernels_reference.cpp in the same order.
// Rows of f32 are that file's.
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <array>
#include <bit>

#include "base/check.h"
#include "llama/kernels/activations.h"
#include "llama/kernels/kernels_reference.h"

namespace llama {
namespace {

static_assert(std::endian::native == std::endian::little, "packed words are read as they lie");
static_assert(kRowsPerGroup == 4);

using Floats [[gnu::vector_size(16)]] = float;
using Words [[gnu::vector_size(16)]] = int32_t;
using Halves [[gnu::vector_size(16)]] = int16_t;

template <typename Vector>
Vector load(const void* from) {
  Vector vector;
  __builtin_memcpy(&vector, from, sizeof vector);
  return vector;
}

// The sum of both halves' products, of each word.
Words multiply_pairs(Halves a, Halves b) {
#if defined(__SSE2__)
  return std::bit_cast<Words>(_mm_madd_epi16(std::bit_cast<__m128i>(a), std::bit_cast<__m128i>(b)));
#else
  const auto x = std::bit_cast<Words>(a), y = std::bit_cast<Words>(b);
  return (x >> 16) * (y >> 16) + (x << 16 >> 16) * (y << 16 >> 16);
#endif
}

// Word `index` of the four, in all four.
template <int index>
Halves spread(Words words) {
  return std::bit_cast<Halves>(__builtin_shufflevector(words, words, index, index, index, index));
}

// A group of 32 activations: words of two, in the order of their use.
struct ActivationGroup {
  float scale;  // times scale_factor()
  int32_t bias;
  int16_t pairs[kColumnsPerGroup];
};
static_assert(sizeof(ActivationGroup) <= kPreparedGroupBytes);

// Of each word of a block, which holds the columns from k on: pairs of columns, lowest first.
struct Order {
  uint32_t columns;  // of a word
  uint8_t pairs[4][2];
  uint32_t unsigned_from;  // the pairs from this one on have an offset
  int32_t offset;
};
constexpr Order kQ8Order = {4, {{1, 3}, {0, 2}}, 1, 128};
constexpr Order kQ4Order = {8, {{3, 7}, {2, 6}, {1, 5}, {0, 4}}, 1, 8};

ActivationGroup prepare_group(WeightType type, std::span<const float> values) {
  const Order& order = type == WeightType::kQ8_0 ? kQ8Order : kQ4Order;
  int8_t x[kColumnsPerGroup];
  ActivationGroup group;
  group.scale = scale_factor(type) * quantize_activations(values, x);
  group.bias = 0;
  int16_t* to = group.pairs;
  for (uint32_t k = 0; k < kColumnsPerGroup; k += order.columns) {
    for (uint32_t pair = 0; pair < order.columns / 2; ++pair) {
      for (const uint8_t column : order.pairs[pair]) {
        // A number, no character. NOLINTNEXTLINE(bugprone-signed-char-misuse)
        *to++ = x[k + column];
        if (pair >= order.unsigned_from) group.bias -= order.offset * x[k + column];
      }
    }
  }
  return group;
}

constexpr uint32_t kScalesBytes = kRowsPerGroup * kScaleBytes;
constexpr uint32_t kStepBytes = sizeof(Words);

// The integer dot products of a block's four rows with the group's activations.
Words dot_q8(const std::byte* block, const ActivationGroup& x) {
  const Halves low_bytes = Halves{} + 0xff;
  Words sums = Words{} + x.bias, more = {};
  for (uint32_t step = 0; step < 8; step += 2) {
    const auto pairs = load<Words>(x.pairs + step * 4);
    const auto first = load<Halves>(block + kScalesBytes + step * kStepBytes);
    const auto second = load<Halves>(block + kScalesBytes + (step + 1) * kStepBytes);
    sums += multiply_pairs(first >> 8, spread<0>(pairs));
    more += multiply_pairs(first & low_bytes, spread<1>(pairs));
    sums += multiply_pairs(second >> 8, spread<2>(pairs));
    more += multiply_pairs(second & low_bytes, spread<3>(pairs));
  }
  return sums + more;
}

Words dot_q4(const std::byte* block, const ActivationGroup& x) {
  const Halves nibble = Halves{} + 15;
  Words sums = Words{} + x.bias, more = {};
  for (uint32_t step = 0; step < 4; ++step) {
    const auto pairs = load<Words>(x.pairs + step * 8);
    const auto words = load<Halves>(block + kScalesBytes + step * kStepBytes);
    sums += multiply_pairs(words >> 12, spread<0>(pairs));
    more += multiply_pairs(words >> 8 & nibble, spread<1>(pairs));
    sums += multiply_pairs(words >> 4 & nibble, spread<2>(pairs));
    more += multiply_pairs(words & nibble, spread<3>(pairs));
  }
  return sums + more;
}

// The scales of the rows' weights, times 2^-102 (llama/kernels/kernels.h).
Floats scales_of(const std::byte* block) {
  const auto pairs = load<std::array<uint32_t, 2>>(block);
  Words scales = {static_cast<int32_t>(pairs[0] & 0xffff), static_cast<int32_t>(pairs[0] >> 16),
                  static_cast<int32_t>(pairs[1] & 0xffff), static_cast<int32_t>(pairs[1] >> 16)};
  scales = (scales & 0x8000) << 16 | (scales & 0x7fff) << 13;
  return std::bit_cast<Floats>(scales);
}

template <int32_t factor, Words (*dot)(const std::byte*, const ActivationGroup&)>
Floats multiply_row_group(const std::byte* row_group, size_t stride, const std::byte* column,
                          uint32_t groups) {
  Floats sums = {};
  for (uint32_t g = 0; g < groups; ++g) {
    const std::byte* const block = row_group + g * stride;
    const auto x = load<ActivationGroup>(column + size_t{g} * sizeof(ActivationGroup));
    const Words dots = dot(block, x) * factor;
    sums += __builtin_convertvector(dots, Floats) * (scales_of(block) * x.scale);
  }
  return sums;
}

}  // namespace

void prepare_columns(WeightType type, const Columns& columns) {
  const uint32_t groups = column_groups(columns.width);
  CHECK(columns.prepared.size() >= prepared_bytes(columns.count, columns.width));
  std::byte* to = columns.prepared.data();
  for (uint32_t c = 0; c < columns.count; ++c) {
    const std::span<const float> column = columns.column(c);
    for (uint32_t g = 0; g < groups; ++g, to += sizeof(ActivationGroup)) {
      const uint32_t first = g * kColumnsPerGroup;
      const uint32_t left = columns.width - first;
      const ActivationGroup group = prepare_group(
          type, column.subspan(first, left < kColumnsPerGroup ? left : kColumnsPerGroup));
      __builtin_memcpy(to, &group, sizeof group);
    }
  }
}

void multiply_blocks(WeightType type, std::span<const std::byte> packed, const BlockLayout& layout,
                     uint32_t rows, const Columns& columns, float* out, size_t out_stride,
                     Largest* largest) {
  if (type == WeightType::kF32) {
    return reference::multiply_blocks(type, packed, layout, rows, columns, out, out_stride,
                                      largest);
  }
  const uint32_t groups = column_groups(columns.width);
  CHECK(base::divide_up<size_t>(rows, kRowsPerGroup) * layout.row_group_stride <= packed.size());
  for (uint32_t first = 0; first < rows; first += kRowsPerGroup) {
    const std::byte* const row_group =
        packed.data() + first / kRowsPerGroup * layout.row_group_stride;
    const uint32_t in_group = rows - first < kRowsPerGroup ? rows - first : kRowsPerGroup;
    for (uint32_t c = 0; c < columns.count; ++c) {
      const std::byte* const column =
          columns.prepared.data() + size_t{c} * groups * sizeof(ActivationGroup);
      const Floats sums = type == WeightType::kQ8_0
                              ? multiply_row_group<dot_factor(WeightType::kQ8_0), dot_q8>(
                                    row_group, layout.column_group_stride, column, groups)
                              : multiply_row_group<dot_factor(WeightType::kQ4_0), dot_q4>(
                                    row_group, layout.column_group_stride, column, groups);
      __builtin_memcpy(out + c * out_stride + first, &sums, in_group * sizeof(float));
    }
  }
  if (largest == nullptr || columns.count != 1) return;
  for (uint32_t r = 0; r < rows; ++r) largest->consider(out[r], r);
}

}  // namespace llama
