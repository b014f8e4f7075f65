// What the loops in kernels_armv6.S and attention_armv6.S are told. rows_armv6.inc reads it: the
// fields stay as they are there.
#pragma once

#include <cstddef>
#include <cstdint>

namespace llama {

struct RowsWork {
  const std::byte* blocks;
  const void* columns;
  float* sums;             // 4 of a row group, or 16
  uint32_t columns_bytes;  // of `columns`, that all row groups share
  uint32_t groups_bytes;   // of what is to be multiplied of a row group
  uint32_t row_groups;     // at least 1
  size_t row_group_stride;
  size_t column_stride;  // f32, four columns: bytes from one to the next
  uint32_t continues;    // 1: adds to what `sums` holds; 0: begins with zeros
  // Of a quantized column's sums: the largest one's bits, as an integer, so far, and the four among
  // which it was found, if it was found by this call. See Largest (largest.h).
  int32_t largest = 0x7fffffff;
  const float* largest_at = nullptr;
};

// out[i] += the sum over t of weights[t] * (value i of position t), for eight values.
struct MixWork {
  float* out;
  const float* weights;
  const std::byte* values;  // of the first position
  size_t stride;            // from one position to the next
  uint32_t count;           // positions, at least 1
};

}  // namespace llama
