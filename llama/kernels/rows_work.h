// What the loops over rows in assembly (*_armv6.S) are told, and what they take for granted. Both
// languages read this file: the assembly the numbers, C++ also what they are the numbers of.
#pragma once

#define CACHE_LINE_BYTES 32

// struct RowsWork: where its fields are.
#define WORK_BLOCKS 0
#define WORK_COLUMNS 4
#define WORK_SUMS 8
#define WORK_COLUMNS_BYTES 12
#define WORK_GROUPS_BYTES 16
#define WORK_ROW_GROUPS 20
#define WORK_ROW_GROUP_STRIDE 24
#define WORK_COLUMN_STRIDE 28
#define WORK_CONTINUES 32
#define WORK_LARGEST 36
#define WORK_LARGEST_AT 40

// struct MixWork is loaded whole: r0 out, r1 weights, r2 values, r3 stride, r12 count.
#define MIX_WORDS 5

// Blocks of integers begin with a scale of 16 bits for each of the four rows; words follow.
#define SCALES_BYTES 8
#define Q8_0_BLOCK_BYTES 136
#define Q4_0_BLOCK_BYTES 72
// struct MaskedPlace: where its fields are.
#define PLACE_FORMS 0
#define PLACE_BLOCK 4
#define PLACE_BLOCKS 8
#define PLACE_VALUES 12

// For each column the four rows' floats, or halves of keys.
#define F32_BLOCK_BYTES 16
#define HALF_KEYS_BYTES 8

// A group of 32 prepared activations: scale, bias, pairs of activations. Four columns at once have
// four of each in a row.
#define GROUP_WORDS 18
#define GROUP_SCALE_WORD 0
#define GROUP_BIAS_WORD 1
#define GROUP_PAIRS_WORD 2
#define COLUMNS_AT_ONCE 4

#ifndef __ASSEMBLER__

#include <cstddef>
#include <cstdint>

#include "base/align.h"

namespace llama {

static_assert(CACHE_LINE_BYTES == base::kCacheLineBytes);

struct RowsWork {
  const std::byte* blocks;
  const void* columns;
  float* sums;             // 4 of a row group, or 16
  uint32_t columns_bytes;  // of `columns`, that all row groups share
  uint32_t groups_bytes;   // of what is multiplied of a row group
  uint32_t row_groups;     // at least 1
  size_t row_group_stride;
  size_t column_stride;  // f32, four columns: bytes from one to the next
  uint32_t continues;    // 1: adds to what `sums` holds; 0: begins with zeros
  // Of a column's sums over integers: the largest one's bits, as an integer, so far, and the four
  // among which it was found, if it was found by this call. See Largest (largest.h).
  int32_t largest = 0x7fffffff;
  const float* largest_at = nullptr;
};
static_assert(offsetof(RowsWork, blocks) == WORK_BLOCKS);
static_assert(offsetof(RowsWork, columns) == WORK_COLUMNS);
static_assert(offsetof(RowsWork, sums) == WORK_SUMS);
static_assert(offsetof(RowsWork, columns_bytes) == WORK_COLUMNS_BYTES);
static_assert(offsetof(RowsWork, groups_bytes) == WORK_GROUPS_BYTES);
static_assert(offsetof(RowsWork, row_groups) == WORK_ROW_GROUPS);
static_assert(offsetof(RowsWork, row_group_stride) == WORK_ROW_GROUP_STRIDE);
static_assert(offsetof(RowsWork, column_stride) == WORK_COLUMN_STRIDE);
static_assert(offsetof(RowsWork, continues) == WORK_CONTINUES);
static_assert(offsetof(RowsWork, largest) == WORK_LARGEST);
static_assert(offsetof(RowsWork, largest_at) == WORK_LARGEST_AT);

// RowsWork::largest, if the caller does not ask for it.
constexpr int32_t kNoneIsLarger = 0x7fffffff;

// out[i] += the sum over t of weights[t] * (value i of position t), for eight values.
struct MixWork {
  float* out;
  const float* weights;
  const std::byte* values;  // of the first position
  size_t stride;            // from one position to the next
  uint32_t count;           // positions, at least 1
};
static_assert(offsetof(MixWork, out) == 0 && offsetof(MixWork, weights) == 4 &&
              offsetof(MixWork, values) == 8 && offsetof(MixWork, stride) == 12 &&
              offsetof(MixWork, count) == 16 && sizeof(MixWork) == 4 * MIX_WORDS);

}  // namespace llama

#endif
