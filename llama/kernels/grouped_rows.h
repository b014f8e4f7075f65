// What types have in common whose weights are integers with a scale for each group of 32: a block
// is four scales (llama/kernels/weight_scale.h), of rows 0 to 3, and then the integers, in an order
// of the type's own. `Format` is what the type adds:
//
//   using Block                  begins with `uint16_t scales[kRowsPerGroup]`
//   kIntegerBits                 weights are from -2^(bits - 1) to 2^(bits - 1) - 1
//   kDotFactor                   what the fast loops multiply an integer product by: a power of two
//   load_bits(block, row, column), store_bits(block, row, column, bits)     of a row of 0 to 3: the
//                                integer as it stands in the block
//   flipped_bits(column)         what the bits of a weight in two's complement are XORed with there
//   quantize(values)             32 floats as a WeightGroup
//
// The product is defined here as well: see multiply_rows() in llama/kernels/kernels.h. Blocks are
// copied, not cast: `packed` is aligned to words at most.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "llama/kernels/kernels.h"
#include "llama/kernels/kernels_reference.h"
#include "llama/kernels/weight_scale.h"

namespace llama {

static_assert(std::endian::native == std::endian::little, "blocks are read as they lie");

// Of the values, the first one of the largest magnitude; 0 if there is none.
constexpr float of_largest_magnitude(std::span<const float, kColumnsPerGroup> values) {
  float largest = 0;
  for (const float value : values) {
    const float magnitude = value < 0 ? -value : value;
    const float so_far = largest < 0 ? -largest : largest;
    if (magnitude > so_far) largest = value;
  }
  return largest;
}

// Where blocks lie: bytes from one row group to the next, and from a block to that of the next
// column group.
struct BlockLayout {
  size_t row_group_stride;
  size_t column_group_stride;
};

// Some neighbouring column groups of all.
struct ColumnPart {
  uint32_t first;
  uint32_t count;
};

template <typename Format>
struct GroupedRows {
  using Block = typename Format::Block;
  static_assert(offsetof(Block, scales) == 0 &&
                sizeof(Block::scales) == kRowsPerGroup * sizeof(uint16_t));

  // One row group after the other: the rows of a model file.
  static constexpr BlockLayout layout(uint32_t columns) {
    return {size_t{column_groups(columns)} * sizeof(Block), sizeof(Block)};
  }
  static size_t place(uint32_t row, uint32_t group, uint32_t columns) {
    return (size_t{row / kRowsPerGroup} * column_groups(columns) + group) * sizeof(Block);
  }
  static Block block_at(std::span<const std::byte> packed, size_t place) {
    Block block;
    __builtin_memcpy(&block, packed.subspan(place, sizeof block).data(), sizeof block);
    return block;
  }

  static constexpr int load(const Block& block, uint32_t row, uint32_t column) {
    constexpr uint32_t kSign = 1u << (Format::kIntegerBits - 1);
    const uint32_t bits = Format::load_bits(block, row, column) ^ Format::flipped_bits(column);
    return static_cast<int>(bits ^ kSign) - static_cast<int>(kSign);
  }
  static constexpr void store(Block& block, uint32_t row, uint32_t column, int weight) {
    constexpr uint32_t kMask = (1u << Format::kIntegerBits) - 1;
    const uint32_t bits = static_cast<uint32_t>(weight) & kMask;
    Format::store_bits(block, row, column, bits ^ Format::flipped_bits(column));
  }

  // A scale of zero makes all weights zero.
  static bool pack_group(const WeightGroup& group, uint32_t row, Block& block) {
    const uint32_t in_group = row % kRowsPerGroup;
    uint16_t scale = 0;
    if (!scale_from_half(group.half_scale, scale)) return false;
    block.scales[in_group] = scale;
    for (uint32_t column = 0; column < kColumnsPerGroup; ++column) {
      store(block, in_group, column, scale == 0 ? 0 : group.weights[column]);
    }
    return true;
  }

  static bool pack_groups(std::span<const WeightGroup> groups, uint32_t columns,
                          std::span<std::byte> packed) {
    const uint32_t in_row = column_groups(columns);
    for (size_t i = 0; i < groups.size(); ++i) {
      const auto row = static_cast<uint32_t>(i / in_row);
      const size_t at = place(row, static_cast<uint32_t>(i % in_row), columns);
      Block block = block_at(packed, at);
      if (!pack_group(groups[i], row, block)) return false;
      __builtin_memcpy(packed.data() + at, &block, sizeof block);
    }
    return true;
  }

  // Of rows (rows, columns), quantized.
  static WeightGroup quantized(std::span<const float> rows, uint32_t columns, uint32_t row,
                               uint32_t group) {
    const auto values = rows.subspan(size_t{row} * columns, columns);
    std::array<float, kColumnsPerGroup> some{};
    const size_t first = size_t{group} * kColumnsPerGroup;
    for (size_t i = 0; i < some.size() && first + i < columns; ++i) some[i] = values[first + i];
    return Format::quantize(some);
  }

  static bool pack(std::span<const float> rows, uint32_t columns, std::span<std::byte> packed) {
    for (uint32_t row = 0; size_t{row} * columns < rows.size(); ++row) {
      for (uint32_t group = 0; group < column_groups(columns); ++group) {
        const size_t at = place(row, group, columns);
        Block block = block_at(packed, at);
        if (!pack_group(quantized(rows, columns, row, group), row, block)) return false;
        __builtin_memcpy(packed.data() + at, &block, sizeof block);
      }
    }
    return true;
  }

  static void unpack_row(std::span<const std::byte> packed, uint32_t row, std::span<float> out) {
    const auto columns = static_cast<uint32_t>(out.size());
    for (uint32_t group = 0; group < column_groups(columns); ++group) {
      unpack_block(block_at(packed, place(row, group, columns)), row, group, out);
    }
  }
  // A row's columns of a block.
  static void unpack_block(const Block& block, uint32_t row, uint32_t group, std::span<float> out) {
    const float scale = scale_to_float(block.scales[row % kRowsPerGroup]);
    const size_t first = size_t{group} * kColumnsPerGroup;
    for (uint32_t i = 0; i < kColumnsPerGroup && first + i < out.size(); ++i) {
      out[first + i] = scale * static_cast<float>(load(block, row % kRowsPerGroup, i));
    }
  }

  static void unpack_groups(std::span<const std::byte> packed, uint32_t row,
                            std::span<WeightGroup> out) {
    const auto columns = static_cast<uint32_t>(out.size()) * kColumnsPerGroup;
    for (uint32_t group = 0; group < out.size(); ++group) {
      out[group] = group_of(block_at(packed, place(row, group, columns)), row);
    }
  }
  static WeightGroup group_of(const Block& block, uint32_t row) {
    const uint32_t in_group = row % kRowsPerGroup;
    WeightGroup group{.half_scale = scale_to_half(block.scales[in_group]), .weights = {}};
    for (uint32_t i = 0; i < kColumnsPerGroup; ++i) {
      group.weights[i] = static_cast<int8_t>(load(block, in_group, i));
    }
    return group;
  }

  // ---- The product, by definition

  static constexpr float kActivationFactor = kScaleFactor / Format::kDotFactor;

  static void prepare_columns(const Columns& columns) {
    reference::prepare_columns(columns, kActivationFactor);
  }

  // Of a row of a block with a group of a column.
  static float product(const Block& block, uint32_t row, const reference::ActivationGroup& x) {
    int32_t dot = 0;
    for (uint32_t i = 0; i < kColumnsPerGroup; ++i) dot += load(block, row, i) * x.weights[i];
    return static_cast<float>(Format::kDotFactor * dot) *
           (scale_as_bits(block.scales[row]) * x.scale);
  }

  static void multiply_blocks(std::span<const std::byte> packed, const BlockLayout& layout,
                              uint32_t rows, const Columns& columns, float* out, size_t out_stride,
                              Largest* largest) {
    for (uint32_t row = 0; row < rows; ++row) {
      const size_t first = row / kRowsPerGroup * layout.row_group_stride;
      for (uint32_t c = 0; c < columns.count; ++c) {
        float sum = 0;
        for (uint32_t group = 0; group < column_groups(columns.width); ++group) {
          const Block block = block_at(packed, first + group * layout.column_group_stride);
          sum += product(block, row % kRowsPerGroup, reference::prepared_group(columns, c, group));
        }
        out[c * out_stride + row] = sum;
      }
    }
    consider_all(largest, columns, rows, out);
  }

  static void multiply_rows(std::span<const std::byte> packed, uint32_t rows,
                            const Columns& columns, float* out, size_t out_stride,
                            Largest* largest) {
    multiply_blocks(packed, layout(columns.width), rows, columns, out, out_stride, largest);
  }

  // The row of such a type, but for what only the type knows.
  static constexpr WeightTraits traits(WeightType type, const char* name, const RowsKernel* fast,
                                       std::array<KnownProduct, 2> known_products) {
    return {.type = type,
            .name = name,
            .columns_per_block = kColumnsPerGroup,
            .largest_block_bytes = sizeof(Block),
            .smallest_block_bytes = sizeof(Block),
            .integer_bits = Format::kIntegerBits,
            .pack = pack,
            .pack_groups = pack_groups,
            .unpack_row = unpack_row,
            .unpack_groups = unpack_groups,
            .quantize = Format::quantize,
            .reference = {prepare_columns, multiply_rows},
            .fast = fast,
            .known_products = known_products,
            .any_bytes_are_weights = true};
  }
};

}  // namespace llama
