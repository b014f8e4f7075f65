// Rows of integers without those that are 0 (docs/format.md, "Masked rows"): each block is either
// dense, as the type that this one is made of has it (llama/kernels/grouped_rows.h), or masked: its
// scales, a mask a row, and elsewhere in the tile the weights that the masks keep. A masked block
// becomes a dense one with zeros, and the rest is the dense type's work.
//
//   head | forms, a bit a block | blocks | values of the masked blocks | 4 zeros
//
// Where a block is depends on those before it, so a tile is walked from its beginning. What walks
// takes for granted that measure() has found the tile whole.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "llama/kernels/grouped_rows.h"

namespace llama {

// The beginning of a tile.
struct MaskedHead {
  uint32_t blocks;
  uint32_t values_at;  // from the tile's first byte
};
static_assert(sizeof(MaskedHead) == 8);

// What a masked block has among the blocks.
struct MaskedBlock {
  uint16_t scales[kRowsPerGroup];
  uint32_t masks[kRowsPerGroup];  // bit 31 - c: the weight of column c is kept
};
static_assert(sizeof(MaskedBlock) == 24);

// After the last value: loops may read whole words.
constexpr size_t kMaskedEndBytes = 4;

constexpr uint64_t form_bytes(uint64_t blocks) { return base::divide_up<uint64_t>(blocks, 64) * 8; }
constexpr uint64_t masked_head_bytes(uint64_t blocks) {
  return sizeof(MaskedHead) + form_bytes(blocks);
}
// What a tile has besides its blocks and their values.
constexpr uint64_t bytes_besides_masked_blocks(uint64_t blocks) {
  return masked_head_bytes(blocks) + kMaskedEndBytes;
}

// Where a walk over a tile's blocks is: before its next block.
struct MaskedPlace {
  const std::byte* forms;  // of the tile
  uint32_t block;          // of the tile's, in their order
  const std::byte* blocks;
  const std::byte* values;

  bool is_masked() const {
    return (std::to_integer<uint32_t>(forms[block / 8]) >> block % 8 & 1u) != 0;
  }
};

inline MaskedPlace first_place(std::span<const std::byte> packed) {
  MaskedHead head;
  __builtin_memcpy(&head, packed.data(), sizeof head);
  return {.forms = packed.data() + sizeof head,
          .block = 0,
          .blocks = packed.data() + masked_head_bytes(head.blocks),
          .values = packed.data() + head.values_at};
}

// Loops of a machine over dense blocks, with which masked ones are multiplied as well.
struct UnmaskedLoops {
  size_t block_bytes;
  // Keeps the memory of dense blocks in the cache. Null: it stays there by itself.
  void (*keep)(std::span<std::byte> dense);
  // Makes dense blocks, aligned to 8, of the next `count` ones.
  void (*unmask)(MaskedPlace& place, uint32_t count, std::byte* dense);
  // Rows times the part of the columns that `blocks` has, one row group directly after the other.
  // Adds to `out` unless it is the first part.
  void (*multiply_part)(std::span<const std::byte> blocks, uint32_t rows, const Columns& columns,
                        const ColumnPart& part, float* out, size_t out_stride);
};

// How multiply_masked_rows() goes over a tile: so many blocks become dense at once, of as many
// whole row groups, or of a part of one.
struct MaskedStep {
  uint32_t blocks;
  uint32_t row_groups;
  // Whether the columns stay in the cache beside the dense blocks. Wide ones come again with each
  // row group, and push some of the blocks out.
  bool is_narrow;
};
MaskedStep masked_step(size_t block_bytes, uint32_t columns, uint32_t width);

// As RowsKernel::multiply_rows(), of a whole tile.
void multiply_masked_rows(const UnmaskedLoops& loops, std::span<const std::byte> packed,
                          uint32_t rows, const Columns& columns, float* out, size_t out_stride,
                          Largest* largest);

template <typename Format>
struct MaskedRows {
  using Dense = GroupedRows<Format>;
  using Block = typename Dense::Block;
  static constexpr uint32_t kBits = Format::kIntegerBits;
  static_assert(kBits == 4 || kBits == 8);

  static constexpr size_t value_bytes(uint32_t kept) {
    return base::divide_up(kept * kBits, uint32_t{8});
  }

  // ---- Walking

  static MaskedBlock masked_at(const std::byte* at) {
    MaskedBlock masked;
    __builtin_memcpy(&masked, at, sizeof masked);
    return masked;
  }

  static constexpr uint32_t kFirstColumn = 1u << 31;

  // The first column that the mask keeps, which it no longer does then.
  static uint32_t take_column(uint32_t& mask) {
    const auto column = static_cast<uint32_t>(std::countl_zero(mask));
    mask &= ~(kFirstColumn >> column);
    return column;
  }

  static uint32_t kept_in(const MaskedBlock& masked) {
    uint32_t kept = 0;
    for (const uint32_t mask : masked.masks) kept += static_cast<uint32_t>(std::popcount(mask));
    return kept;
  }

  // Moves over `count` blocks.
  static void skip(MaskedPlace& place, uint32_t count) {
    for (; count > 0; --count, ++place.block) {
      const bool is_masked = place.is_masked();
      if (is_masked) place.values += value_bytes(kept_in(masked_at(place.blocks)));
      place.blocks += is_masked ? sizeof(MaskedBlock) : sizeof(Block);
    }
  }

  static Block next_block(MaskedPlace& place) {
    Block block;
    if (!place.is_masked()) {
      __builtin_memcpy(&block, place.blocks, sizeof block);
      place.blocks += sizeof block;
    } else {
      const MaskedBlock masked = masked_at(place.blocks);
      place.blocks += sizeof masked;
      place.values += unmask(masked, place.values, block);
    }
    ++place.block;
    return block;
  }

  // See UnmaskedLoops.
  static void unmask_blocks(MaskedPlace& place, uint32_t count, std::byte* dense) {
    for (; count > 0; --count, dense += sizeof(Block)) {
      const Block block = next_block(place);
      __builtin_memcpy(dense, &block, sizeof block);
    }
  }

  // Returns the bytes of the values.
  static size_t unmask(const MaskedBlock& masked, const std::byte* values, Block& block) {
    block = kZeros;
    uint32_t kept = 0;
    for (uint32_t row = 0; row < kRowsPerGroup; ++row) {
      block.scales[row] = masked.scales[row];
      for (uint32_t mask = masked.masks[row]; mask != 0; ++kept) {
        const auto byte = std::to_integer<uint32_t>(values[kept * kBits / 8]);
        const uint32_t bits = byte >> kept * kBits % 8 & ((1u << kBits) - 1);
        Format::store_bits(block, row, take_column(mask), bits);
      }
    }
    return value_bytes(kept);
  }

  // All weights 0, with scales of 0.
  static constexpr Block kZeros = [] {
    Block block{};
    for (uint32_t row = 0; row < kRowsPerGroup; ++row) {
      for (uint32_t column = 0; column < kColumnsPerGroup; ++column) {
        Dense::store(block, row, column, 0);
      }
    }
    return block;
  }();

  // ---- What is checked of a tile

  static size_t measure(std::span<const std::byte> packed, uint32_t rows, uint32_t columns) {
    const uint64_t blocks = uint64_t{base::divide_up(rows, kRowsPerGroup)} * column_groups(columns);
    const uint64_t head_bytes = masked_head_bytes(blocks);
    if (packed.size() < head_bytes) return 0;
    MaskedHead head;
    __builtin_memcpy(&head, packed.data(), sizeof head);
    const auto forms = packed.subspan(sizeof head, static_cast<size_t>(form_bytes(blocks)));
    uint64_t masked = 0;
    for (const std::byte form : forms) {
      masked += static_cast<uint32_t>(std::popcount(std::to_integer<uint32_t>(form)));
    }
    const uint64_t values_at =
        head_bytes + masked * sizeof(MaskedBlock) + (blocks - masked) * sizeof(Block);
    if (head.blocks != blocks || masked > blocks || head.values_at != values_at ||
        packed.size() < values_at) {
      return 0;
    }
    // So far all blocks are within the tile, if no form is set beyond the last of them.
    for (uint64_t at = blocks; at < forms.size() * 8; ++at) {
      if ((std::to_integer<uint32_t>(forms[static_cast<size_t>(at / 8)]) >> at % 8 & 1u) != 0) {
        return 0;
      }
    }
    MaskedPlace place = first_place(packed);
    skip(place, head.blocks);
    const size_t end = static_cast<size_t>(place.values - packed.data()) + kMaskedEndBytes;
    return end <= packed.size() ? end : 0;
  }

  // ---- Packing

  // `group_of(row, group)` is a WeightGroup of the rows. Where the values begin is known when all
  // blocks have been looked at, so that is done twice.
  template <typename GroupOf>
  static bool pack_all(uint32_t rows, uint32_t columns, std::span<std::byte> packed,
                       const GroupOf& group_of) {
    const uint32_t in_row = column_groups(columns);
    const uint32_t blocks = rows / kRowsPerGroup * in_row;
    const auto head_bytes = static_cast<size_t>(masked_head_bytes(blocks));
    for (std::byte& byte : packed.first(head_bytes)) byte = std::byte{0};
    std::byte* const forms = packed.data() + sizeof(MaskedHead);
    size_t end = head_bytes;
    Block block;
    for (uint32_t i = 0; i < blocks; ++i) {
      if (!pack_block(i, in_row, group_of, block)) return false;
      const bool is_masked =
          sizeof(MaskedBlock) + value_bytes(kept_in(masked_of(block))) < sizeof block;
      if (is_masked) forms[i / 8] |= std::byte{1} << i % 8;
      end += is_masked ? sizeof(MaskedBlock) : sizeof block;
    }
    const MaskedHead head{blocks, static_cast<uint32_t>(end)};
    __builtin_memcpy(packed.data(), &head, sizeof head);
    std::byte* to = packed.data() + head_bytes;
    std::byte* values = packed.data() + end;
    MaskedPlace place{forms, 0, nullptr, nullptr};
    for (; place.block < blocks; ++place.block) {
      static_cast<void>(pack_block(place.block, in_row, group_of, block));
      const MaskedBlock masked = masked_of(block);
      if (place.is_masked()) {
        __builtin_memcpy(to, &masked, sizeof masked);
        to += sizeof masked;
        values += write_values(block, masked, values);
      } else {
        __builtin_memcpy(to, &block, sizeof block);
        to += sizeof block;
      }
    }
    for (std::byte& byte : std::span(values, kMaskedEndBytes)) byte = std::byte{0};
    return true;
  }

  // Block `number` of those of all rows.
  template <typename GroupOf>
  static bool pack_block(uint32_t number, uint32_t in_row, const GroupOf& group_of, Block& block) {
    block = {};
    for (uint32_t row = 0; row < kRowsPerGroup; ++row) {
      const uint32_t of_all = number / in_row * kRowsPerGroup + row;
      if (!Dense::pack_group(group_of(of_all, number % in_row), row, block)) return false;
    }
    return true;
  }

  static MaskedBlock masked_of(const Block& block) {
    MaskedBlock masked{};
    for (uint32_t row = 0; row < kRowsPerGroup; ++row) {
      masked.scales[row] = block.scales[row];
      for (uint32_t column = 0; column < kColumnsPerGroup; ++column) {
        if (Dense::load(block, row, column) != 0) masked.masks[row] |= kFirstColumn >> column;
      }
    }
    return masked;
  }

  static size_t write_values(const Block& block, const MaskedBlock& masked, std::byte* values) {
    uint32_t kept = 0;
    for (uint32_t row = 0; row < kRowsPerGroup; ++row) {
      for (uint32_t mask = masked.masks[row]; mask != 0; ++kept) {
        const uint32_t bits = Format::load_bits(block, row, take_column(mask));
        std::byte& byte = values[kept * kBits / 8];
        const uint32_t shift = kept * kBits % 8;
        byte = static_cast<std::byte>((shift == 0 ? 0u : std::to_integer<uint32_t>(byte)) |
                                      bits << shift);
      }
    }
    return value_bytes(kept);
  }

  static bool pack(std::span<const float> rows, uint32_t columns, std::span<std::byte> packed) {
    return pack_all(
        static_cast<uint32_t>(rows.size() / columns), columns, packed,
        [&](uint32_t row, uint32_t group) { return Dense::quantized(rows, columns, row, group); });
  }

  static bool pack_groups(std::span<const WeightGroup> groups, uint32_t columns,
                          std::span<std::byte> packed) {
    const uint32_t in_row = column_groups(columns);
    return pack_all(
        static_cast<uint32_t>(groups.size() / in_row), columns, packed,
        [&](uint32_t row, uint32_t group) { return groups[size_t{row} * in_row + group]; });
  }

  // ---- Unpacking

  static MaskedPlace place_of_row(std::span<const std::byte> packed, uint32_t row,
                                  uint32_t groups) {
    MaskedPlace place = first_place(packed);
    skip(place, row / kRowsPerGroup * groups);
    return place;
  }

  static void unpack_row(std::span<const std::byte> packed, uint32_t row, std::span<float> out) {
    const uint32_t groups = column_groups(static_cast<uint32_t>(out.size()));
    MaskedPlace place = place_of_row(packed, row, groups);
    for (uint32_t group = 0; group < groups; ++group) {
      Dense::unpack_block(next_block(place), row, group, out);
    }
  }

  static void unpack_groups(std::span<const std::byte> packed, uint32_t row,
                            std::span<WeightGroup> out) {
    MaskedPlace place = place_of_row(packed, row, static_cast<uint32_t>(out.size()));
    for (WeightGroup& group : out) group = Dense::group_of(next_block(place), row);
  }

  // ---- The product, by definition

  static void multiply_rows(std::span<const std::byte> packed, uint32_t rows,
                            const Columns& columns, float* out, size_t out_stride,
                            Largest* largest) {
    const uint32_t groups = column_groups(columns.width);
    MaskedPlace row_group = first_place(packed);
    for (uint32_t row = 0; row < rows; ++row) {
      for (uint32_t c = 0; c < columns.count; ++c) {
        MaskedPlace place = row_group;
        float sum = 0;
        for (uint32_t group = 0; group < groups; ++group) {
          sum += Dense::product(next_block(place), row % kRowsPerGroup,
                                reference::prepared_group(columns, c, group));
        }
        out[c * out_stride + row] = sum;
      }
      if (row % kRowsPerGroup == kRowsPerGroup - 1) skip(row_group, groups);
    }
    consider_all(largest, columns, rows, out);
  }

  // The row of such a type, but for what only the type knows.
  static constexpr WeightTraits traits(WeightType type, const char* name, const WeightTraits* dense,
                                       const RowsKernel* fast,
                                       std::array<KnownProduct, 2> known_products) {
    return {.type = type,
            .name = name,
            .columns_per_block = kColumnsPerGroup,
            .largest_block_bytes = sizeof(Block),
            .smallest_block_bytes = sizeof(MaskedBlock),
            .integer_bits = Format::kIntegerBits,
            .pack = pack,
            .pack_groups = pack_groups,
            .unpack_row = unpack_row,
            .unpack_groups = unpack_groups,
            .quantize = Format::quantize,
            .reference = {Dense::prepare_columns, multiply_rows},
            .fast = fast,
            .known_products = known_products,
            .any_bytes_are_weights = false,
            .dense = dense,
            .bytes_besides_blocks = bytes_besides_masked_blocks,
            .measure = measure};
  }
};

}  // namespace llama
