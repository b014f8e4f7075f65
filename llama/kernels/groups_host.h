// Rows of integers on a machine with vectors of 128 bits, which every x86-64 and every ARMv8 has:
// the four rows of a group side by side. A block's words come as they lie in memory, four rows' at
// once, and are taken for two halves of 16 bits each; a type's Kernel (q8_0_host.cpp,
// q4_0_host.cpp) says what of them belongs to which columns:
//
//   Format, Rows                 the type's, and its GroupedRows
//   kColumnsOfWord               columns of a word, 4 or 8
//   kPairs, kOffset, kOffsetFrom the pairs of columns in the order of their use; the pairs from
//                                kOffsetFrom on are stored offset by kOffset, which a bias of so
//                                many times their activations takes away
//   dot(block, x)                the integer products of a block's four rows
//
// Integers are exact, and each lane's floats are those of the reference in the same order.
#pragma once

#if defined(__SSE2__) && !defined(BARELLAMA_PORTABLE_KERNELS)
#include <emmintrin.h>
#define BARELLAMA_HAS_PMADDWD 1
#endif

#include <algorithm>
#include <array>
#include <bit>

#include "base/check.h"
#include "llama/kernels/activations.h"
#include "llama/kernels/grouped_rows.h"
#include "llama/kernels/masked_rows.h"

namespace llama::host_loops {

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
inline Words multiply_pairs(Halves a, Halves b) {
#if defined(BARELLAMA_HAS_PMADDWD)
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
  float scale;  // times the type's kActivationFactor
  int32_t bias;
  int16_t pairs[kColumnsPerGroup];
};
static_assert(sizeof(ActivationGroup) <= kPreparedGroupBytes);

constexpr uint32_t kStepBytes = sizeof(Words);  // a word of each row

template <typename Kernel>
struct GroupLoops {
  using Rows = typename Kernel::Rows;

  static ActivationGroup prepare_group(std::span<const float> values) {
    int8_t x[kColumnsPerGroup];
    ActivationGroup group;
    group.scale = Rows::kActivationFactor * quantize_activations(values, x);
    group.bias = 0;
    int16_t* to = group.pairs;
    for (uint32_t k = 0; k < kColumnsPerGroup; k += Kernel::kColumnsOfWord) {
      for (uint32_t pair = 0; pair < Kernel::kColumnsOfWord / 2; ++pair) {
        for (const uint8_t column : Kernel::kPairs[pair]) {
          // A number, no character. NOLINTNEXTLINE(bugprone-signed-char-misuse)
          *to++ = x[k + column];
          if (pair >= Kernel::kOffsetFrom) group.bias -= Kernel::kOffset * x[k + column];
        }
      }
    }
    return group;
  }

  static void prepare_columns(const Columns& columns) {
    CHECK(columns.prepared.size() >= prepared_bytes(columns.count, columns.width));
    std::byte* to = columns.prepared.data();
    for (uint32_t c = 0; c < columns.count; ++c) {
      const std::span<const float> column = columns.column(c);
      for (uint32_t first = 0; first < columns.width; first += kColumnsPerGroup) {
        const uint32_t left = columns.width - first;
        const ActivationGroup group =
            prepare_group(column.subspan(first, left < kColumnsPerGroup ? left : kColumnsPerGroup));
        __builtin_memcpy(to, &group, sizeof group);
        to += sizeof group;
      }
    }
  }

  // The scales of the rows' weights, times 2^-102 (llama/kernels/weight_scale.h).
  static Floats scales_of(const std::byte* block) {
    const auto pairs = load<std::array<uint32_t, 2>>(block);
    Words scales = {static_cast<int32_t>(pairs[0] & 0xffff), static_cast<int32_t>(pairs[0] >> 16),
                    static_cast<int32_t>(pairs[1] & 0xffff), static_cast<int32_t>(pairs[1] >> 16)};
    scales = (scales & 0x8000) << 16 | (scales & 0x7fff) << 13;
    return std::bit_cast<Floats>(scales);
  }

  // Adds the products of a row group's blocks with a part of a column.
  static Floats add_row_group(Floats sums, const std::byte* row_group, size_t stride,
                              const std::byte* column, const ColumnPart& part) {
    for (uint32_t g = 0; g < part.count; ++g) {
      const std::byte* const block = row_group + g * stride;
      const auto x =
          load<ActivationGroup>(column + size_t{part.first + g} * sizeof(ActivationGroup));
      const Words dots =
          Kernel::dot(block + offsetof(typename Rows::Block, words), x) * Kernel::kDotFactor;
      sums += __builtin_convertvector(dots, Floats) * (scales_of(block) * x.scale);
    }
    return sums;
  }

  static void multiply_some(std::span<const std::byte> packed, const BlockLayout& layout,
                            uint32_t rows, const Columns& columns, const ColumnPart& part,
                            float* out, size_t out_stride) {
    const size_t column_bytes = size_t{column_groups(columns.width)} * sizeof(ActivationGroup);
    CHECK(base::divide_up<size_t>(rows, kRowsPerGroup) * layout.row_group_stride <= packed.size());
    for (uint32_t first = 0; first < rows; first += kRowsPerGroup) {
      const std::byte* const row_group =
          packed.data() + first / kRowsPerGroup * layout.row_group_stride;
      const size_t sum_bytes = std::min(rows - first, kRowsPerGroup) * sizeof(float);
      for (uint32_t c = 0; c < columns.count; ++c) {
        float* const to = out + c * out_stride + first;
        Floats sums = {};
        if (part.first > 0) __builtin_memcpy(&sums, to, sum_bytes);
        sums = add_row_group(sums, row_group, layout.column_group_stride,
                             columns.prepared.data() + c * column_bytes, part);
        __builtin_memcpy(to, &sums, sum_bytes);
      }
    }
  }

  static void multiply_blocks(std::span<const std::byte> packed, const BlockLayout& layout,
                              uint32_t rows, const Columns& columns, float* out, size_t out_stride,
                              Largest* largest) {
    multiply_some(packed, layout, rows, columns, {0, column_groups(columns.width)}, out,
                  out_stride);
    consider_all(largest, columns, rows, out);
  }

  static void multiply_rows(std::span<const std::byte> packed, uint32_t rows,
                            const Columns& columns, float* out, size_t out_stride,
                            Largest* largest) {
    multiply_blocks(packed, Rows::layout(columns.width), rows, columns, out, out_stride, largest);
  }

  static constexpr RowsKernel kKernel = {prepare_columns, multiply_rows};

  // ---- Masked rows

  static void multiply_part(std::span<const std::byte> blocks, uint32_t rows,
                            const Columns& columns, const ColumnPart& part, float* out,
                            size_t out_stride) {
    const BlockLayout layout{part.count * sizeof(typename Rows::Block),
                             sizeof(typename Rows::Block)};
    multiply_some(blocks, layout, rows, columns, part, out, out_stride);
  }

  static void multiply_masked(std::span<const std::byte> packed, uint32_t rows,
                              const Columns& columns, float* out, size_t out_stride,
                              Largest* largest) {
    constexpr UnmaskedLoops kLoops = {sizeof(typename Rows::Block), nullptr,
                                      MaskedRows<typename Kernel::Format>::unmask_blocks,
                                      multiply_part};
    multiply_masked_rows(kLoops, packed, rows, columns, out, out_stride, largest);
  }

  static constexpr RowsKernel kMaskedKernel = {prepare_columns, multiply_masked};
};

}  // namespace llama::host_loops
