// q8_0: integers of 8 bits with a scale for each 32, as GGUF has them.
//
// A block's bytes are words of four columns: for columns 0 to 3, 4 to 7, .. 28 to 31, one word of
// each of the 4 rows, lowest column first. The bytes of even columns are stored XOR 0x80 (offset by
// 128): two SMLADs and one UXTB16 then multiply a whole word (llama/kernels/q8_0_armv6.cpp).
//
// The KV cache keeps such blocks, too, as rows and otherwise (llama/kernels/attention.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "llama/kernels/grouped_rows.h"
#include "llama/kernels/kernels.h"

namespace llama::q8_0 {

struct Block {
  uint16_t scales[kRowsPerGroup];
  uint8_t words[kColumnsPerGroup / 4][kRowsPerGroup][4];  // (column / 4, row, column % 4)
};
static_assert(sizeof(Block) == 136 && offsetof(Block, words) == 8 && alignof(Block) <= 4);

struct Format {
  using Block = q8_0::Block;
  static constexpr uint32_t kIntegerBits = 8;
  static constexpr int32_t kDotFactor = 256;

  static constexpr uint32_t flipped_bits(uint32_t column) { return column % 2 == 0 ? 0x80 : 0; }
  static constexpr void store_bits(Block& block, uint32_t row, uint32_t column, uint32_t bits) {
    block.words[column / 4][row][column % 4] = static_cast<uint8_t>(bits);
  }
  static constexpr uint32_t load_bits(const Block& block, uint32_t row, uint32_t column) {
    return block.words[column / 4][row][column % 4];
  }
  // As quantize_row_q8_0_ref of ggml: scale max|x| / 127, rounded to a half. Values that are not
  // finite are the caller's to refuse.
  static WeightGroup quantize(std::span<const float, kColumnsPerGroup> values);
};
using Rows = GroupedRows<Format>;

extern const WeightTraits kTraits;
extern const RowsKernel kFast;  // q8_0_armv6.cpp, q8_0_host.cpp

// q8_0_masked: the same without the weights that are 0 (llama/kernels/masked_rows.h).
extern const WeightTraits kMaskedTraits;
extern const RowsKernel kFastMasked;

// This machine's loops over blocks that lie as `layout` says, with columns prepared by
// kFast.prepare_columns(). See multiply_rows() in llama/kernels/kernels.h.
void multiply_blocks(std::span<const std::byte> packed, const BlockLayout& layout, uint32_t rows,
                     const Columns& columns, float* out, size_t out_stride,
                     Largest* largest = nullptr);

// Writes a row of a block, which is aligned to words, from words whose lowest bytes are the
// weights.
inline void write_row(std::byte* block, uint32_t row, uint16_t scale,
                      std::span<const uint32_t, kColumnsPerGroup> weights) {
  __builtin_memcpy(block + offsetof(Block, scales) + row * sizeof scale, &scale, sizeof scale);
  std::byte* to = block + offsetof(Block, words) + row * sizeof(uint32_t);
  for (uint32_t k = 0; k < kColumnsPerGroup; k += 4, to += sizeof(Block::words[0])) {
    const uint32_t* const x = weights.data() + k;
    const uint32_t word =
        ((x[0] & 0xffu) | (x[1] & 0xffu) << 8 | (x[2] & 0xffu) << 16 | x[3] << 24) ^ 0x00800080u;
    __builtin_memcpy(__builtin_assume_aligned(to, sizeof(word)), &word, sizeof(word));
  }
}

// Writes a column of a block from four such words, one per row.
inline void write_column(std::byte* block, uint32_t column, const uint32_t* weights) {
  std::byte* const to =
      block + offsetof(Block, words) + column / 4 * sizeof(Block::words[0]) + column % 4;
  for (uint32_t row = 0; row < kRowsPerGroup; ++row) {
    to[row * sizeof(uint32_t)] =
        static_cast<std::byte>(weights[row] ^ Format::flipped_bits(column));
  }
}

// Makes all four scales 1.
inline void write_unit_scales(std::byte* block) {
  constexpr uint16_t kOnes[kRowsPerGroup] = {0x6400, 0x6400, 0x6400, 0x6400};
  __builtin_memcpy(block + offsetof(Block, scales), kOnes, sizeof kOnes);
}

}  // namespace llama::q8_0
