// Rows of floats on a machine with vectors of 128 bits: the four rows of a group side by side, each
// lane's sums in the order of the reference.
#include "base/align.h"
#include "base/check.h"
#include "llama/kernels/f32.h"

namespace llama::f32 {
namespace {

using Floats [[gnu::vector_size(16)]] = float;
static_assert(sizeof(Floats) == sizeof(Block));

Floats multiply_row_group(const std::byte* row_group, std::span<const float> x) {
  Floats sums = {};
  for (const float value : x) {
    Floats weights;
    __builtin_memcpy(&weights, row_group, sizeof weights);
    sums += weights * value;
    row_group += sizeof weights;
  }
  return sums;
}

void multiply_rows(std::span<const std::byte> packed, uint32_t rows, const Columns& columns,
                   float* out, size_t out_stride, Largest* largest) {
  const size_t row_group_bytes = columns.width * sizeof(Block);
  CHECK(base::divide_up<size_t>(rows, kRowsPerGroup) * row_group_bytes <= packed.size());
  for (uint32_t first = 0; first < rows; first += kRowsPerGroup) {
    const std::byte* const row_group = packed.data() + first / kRowsPerGroup * row_group_bytes;
    const uint32_t in_group = rows - first < kRowsPerGroup ? rows - first : kRowsPerGroup;
    for (uint32_t c = 0; c < columns.count; ++c) {
      const Floats sums = multiply_row_group(row_group, columns.column(c));
      __builtin_memcpy(out + c * out_stride + first, &sums, in_group * sizeof(float));
    }
  }
  consider_all(largest, columns, rows, out);
}

}  // namespace

constexpr RowsKernel kFast = {.prepare_columns = nullptr, .multiply_rows = multiply_rows};

}  // namespace llama::f32
