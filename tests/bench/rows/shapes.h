// What tests/bench/rows multiplies, and tests/bench/rows_bench.cpp asks of it: some MB of rows of
// each type and width, with one column, from SDRAM.
#pragma once

#include <array>
#include <cstdint>

#include "llama/kernels/packed_rows.h"

namespace rows {

// dim of tales-1m and stories15M; hidden_dim of stories15M; dim and hidden_dim of Llama-2-7B.
constexpr std::array<uint32_t, 5> kWidths = {128, 288, 768, 4096, 11008};
struct Kind {
  llama::WeightType type;
  uint32_t pruned;  // percent of its weights
  bool has_width(uint32_t width) const { return pruned == 0 || width == 288 || width == 4096; }
};
constexpr std::array<Kind, 8> kKinds = {{{llama::WeightType::kQ8_0, 0},
                                         {llama::WeightType::kQ4_0, 0},
                                         {llama::WeightType::kQ8_0Masked, 20},
                                         {llama::WeightType::kQ8_0Masked, 50},
                                         {llama::WeightType::kQ8_0Masked, 90},
                                         {llama::WeightType::kQ4_0Masked, 30},
                                         {llama::WeightType::kQ4_0Masked, 50},
                                         {llama::WeightType::kQ4_0Masked, 90}}};

// The most rows of a chunk: what the narrowest rows of the smallest type take of it.
constexpr uint32_t kMostRowsOfChunk = 4096;

// As many whole row groups as a chunk of weights has, 256 KiB, eight times: the cache holds nothing
// of them.
constexpr uint32_t kChunks = 8;
constexpr uint32_t kChunkBytes = 256 * 1024;
inline uint32_t rows_of_chunk(llama::WeightType type, uint32_t width) {
  return kChunkBytes / static_cast<uint32_t>(llama::row_group_bytes(type, width)) *
         llama::kRowsPerGroup;
}

}  // namespace rows
