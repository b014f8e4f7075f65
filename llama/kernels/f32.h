// f32: weights as floats. Its rows have no blocks of 32: for each column 4 floats, of rows 0 to 3.
#pragma once

#include <cstdint>
#include <span>

#include "llama/kernels/kernels.h"

namespace llama::f32 {

extern const WeightTraits kTraits;
extern const RowsKernel kFast;  // f32_armv6.cpp, f32_host.cpp

// Of one column and four rows.
struct Block {
  float rows[kRowsPerGroup];
};
static_assert(sizeof(Block) == 16);

// Writes one row of a row group.
void pack_row(std::span<const float> row, uint32_t row_in_group, std::span<std::byte> row_group);

}  // namespace llama::f32
