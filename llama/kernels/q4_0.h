// q4_0: integers of 4 bits with a scale for each 32, as GGUF has them.
//
// A block's nibbles are words of eight columns: for columns 0 to 7, 8 to 15, 16 to 23 and 24 to 31,
// one word of each of the 4 rows, lowest column first. Nibbles are offset by 8 as in GGUF, but the
// topmost one of each half (columns 3 and 7 of a word) is XORed with 8, that is, in two's
// complement (llama/kernels/q4_0_armv6.cpp says why).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "llama/kernels/grouped_rows.h"
#include "llama/kernels/kernels.h"

namespace llama::q4_0 {

struct Block {
  uint16_t scales[kRowsPerGroup];
  uint8_t words[kColumnsPerGroup / 8][kRowsPerGroup][4];  // (column / 8, row, column % 8 / 2)
};
static_assert(sizeof(Block) == 72 && offsetof(Block, words) == 8 && alignof(Block) <= 4);

struct Format {
  using Block = q4_0::Block;
  static constexpr uint32_t kIntegerBits = 4;
  static constexpr int32_t kDotFactor = 4096;

  // XOR with 8 turns a two's complement nibble into one offset by 8; the top nibbles stay.
  static constexpr uint32_t flipped_bits(uint32_t column) { return column % 4 == 3 ? 0 : 8; }
  static constexpr void store_bits(Block& block, uint32_t row, uint32_t column, uint32_t bits) {
    uint8_t& both = block.words[column / 8][row][column % 8 / 2];
    both =
        static_cast<uint8_t>(column % 2 == 0 ? (both & 0xf0u) | bits : (both & 0x0fu) | bits << 4);
  }
  static constexpr uint32_t load_bits(const Block& block, uint32_t row, uint32_t column) {
    const uint32_t both = block.words[column / 8][row][column % 8 / 2];
    return column % 2 == 0 ? both & 15u : both >> 4;
  }
  // As quantize_row_q4_0_ref of ggml: scale (the x of largest magnitude) / -8, rounded to a half.
  // Values that are not finite are the caller's to refuse.
  static WeightGroup quantize(std::span<const float, kColumnsPerGroup> values);
};
using Rows = GroupedRows<Format>;

extern const WeightTraits kTraits;
extern const RowsKernel kFast;  // q4_0_armv6.cpp, q4_0_host.cpp

// q4_0_masked: the same without the weights that are 0 (llama/kernels/masked_rows.h).
extern const WeightTraits kMaskedTraits;
extern const RowsKernel kFastMasked;

}  // namespace llama::q4_0
