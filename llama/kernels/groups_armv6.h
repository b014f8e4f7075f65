// Rows of integers on the ARM1176: what all such types share (groups_armv6.cpp, groups_armv6.inc).
// A type adds its loops in assembly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "llama/kernels/grouped_rows.h"
#include "llama/kernels/masked_rows.h"
#include "llama/kernels/rows_work.h"

namespace llama::armv6 {

struct GroupLoops {
  void (*multiply_1)(const RowsWork* work);  // one column
  void (*multiply_4)(const RowsWork* work);  // four columns at once
  // Writes the operands that these loops read of 32 activations, `step` bytes apart. The values are
  // the lower halves of `words`. Returns the bias.
  int32_t (*write_pairs)(const uint32_t* words, uint32_t* pairs, size_t step);
  uint32_t block_bytes;
  float activation_factor;  // GroupedRows::kActivationFactor
};

void prepare_columns(const GroupLoops& loops, const Columns& columns);
void multiply_blocks(const GroupLoops& loops, std::span<const std::byte> packed,
                     const BlockLayout& layout, uint32_t rows, const Columns& columns, float* out,
                     size_t out_stride, Largest* largest);
// See UnmaskedLoops.
void keep_lines(std::span<std::byte> dense);
void multiply_part(const GroupLoops& loops, std::span<const std::byte> blocks, uint32_t rows,
                   const Columns& columns, const ColumnPart& part, float* out, size_t out_stride);

// What WeightTraits wants of a type: of its loops, the GroupedRows that they multiply, and the
// function in assembly that makes masked blocks dense (UnmaskedLoops).
template <typename Rows, const GroupLoops& kLoops,
          void (*unmask_blocks)(MaskedPlace* place, uint32_t count, std::byte* dense)>
struct GroupKernel {
  static void prepare_columns(const Columns& columns) { armv6::prepare_columns(kLoops, columns); }
  static void multiply_rows(std::span<const std::byte> packed, uint32_t rows,
                            const Columns& columns, float* out, size_t out_stride,
                            Largest* largest) {
    multiply_blocks(kLoops, packed, Rows::layout(columns.width), rows, columns, out, out_stride,
                    largest);
  }

  static void unmask(MaskedPlace& place, uint32_t count, std::byte* dense) {
    unmask_blocks(&place, count, dense);
  }
  static void multiply_part(std::span<const std::byte> blocks, uint32_t rows,
                            const Columns& columns, const ColumnPart& part, float* out,
                            size_t out_stride) {
    armv6::multiply_part(kLoops, blocks, rows, columns, part, out, out_stride);
  }
  static void multiply_masked(std::span<const std::byte> packed, uint32_t rows,
                              const Columns& columns, float* out, size_t out_stride,
                              Largest* largest) {
    constexpr UnmaskedLoops kUnmasked = {sizeof(typename Rows::Block), keep_lines, unmask,
                                         multiply_part};
    multiply_masked_rows(kUnmasked, packed, rows, columns, out, out_stride, largest);
  }

  static constexpr RowsKernel kKernel = {prepare_columns, multiply_rows};
  static constexpr RowsKernel kMaskedKernel = {prepare_columns, multiply_masked};
};

}  // namespace llama::armv6
