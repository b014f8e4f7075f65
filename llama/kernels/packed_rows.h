// How the rows of a matrix lie in the model file: packed once, by the converter, in the order in
// which the ARM1176's kernels read them. The Pi does no re-packing; the reference kernels read the
// same bytes. docs/format.md draws this.
//
// Four rows form a *row group*, interleaved so that one linear stream feeds four accumulators. The
// columns are cut into groups of as many as the type has in a *block*, which is one column group of
// one row group; the last one is padded with zeros. What is in a block, the type's own header says
// (f32.h, q8_0.h, q4_0.h).
//
// A matrix whose row count is not a multiple of four is padded with rows of zeros. A tensor of a
// single row (a norm's weights) is not interleaved: it is plain little-endian f32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/align.h"
#include "llama/kernels/weight_type.h"

namespace llama {

constexpr uint32_t column_groups(uint32_t columns) {
  return base::divide_up(columns, kColumnsPerGroup);
}

// Bytes of one row group (four rows) of `columns` columns, at most.
inline uint64_t row_group_bytes(WeightType type, uint32_t columns) {
  return traits_of(type).row_group_bytes(columns);
}

// Decodes row `row` of `packed` row groups to floats: out.size() columns, all that it has.
inline void unpack_row(WeightType type, std::span<const std::byte> packed, uint32_t row,
                       std::span<float> out) {
  traits_of(type).unpack_row(packed, row, out);
}

}  // namespace llama
