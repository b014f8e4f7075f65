#include "llama/kernels/f32.h"

#include <bit>

#include "base/bytes.h"

namespace llama::f32 {
namespace {

// Where the float of a column of a row is.
size_t place(uint32_t row, uint32_t column, uint32_t columns) {
  return (size_t{row / kRowsPerGroup} * columns + column) * sizeof(Block) +
         row % kRowsPerGroup * sizeof(float);
}

bool pack(std::span<const float> rows, uint32_t columns, std::span<std::byte> packed) {
  for (uint32_t row = 0; size_t{row} * columns < rows.size(); ++row) {
    pack_row(rows.subspan(size_t{row} * columns, columns), row % kRowsPerGroup,
             packed.subspan(place(row - row % kRowsPerGroup, 0, columns)));
  }
  return true;
}

void unpack_row(std::span<const std::byte> packed, uint32_t row, std::span<float> out) {
  const auto columns = static_cast<uint32_t>(out.size());
  for (uint32_t column = 0; column < columns; ++column) {
    out[column] = base::load_le_f32(packed, place(row, column, columns));
  }
}

// By definition.
void reference_product(std::span<const std::byte> packed, uint32_t rows, const Columns& columns,
                       float* out, size_t out_stride, Largest* largest) {
  for (uint32_t row = 0; row < rows; ++row) {
    for (uint32_t c = 0; c < columns.count; ++c) {
      const auto x = columns.column(c);
      float sum = 0;
      for (uint32_t i = 0; i < columns.width; ++i) {
        sum += base::load_le_f32(packed, place(row, i, columns.width)) * x[i];
      }
      out[c * out_stride + row] = sum;
    }
  }
  consider_all(largest, columns, rows, out);
}

}  // namespace

void pack_row(std::span<const float> row, uint32_t row_in_group, std::span<std::byte> row_group) {
  for (size_t column = 0; column < row.size(); ++column) {
    base::store_le32(row_group, column * sizeof(Block) + row_in_group * sizeof(float),
                     std::bit_cast<uint32_t>(row[column]));
  }
}

constexpr WeightTraits kTraits = {
    .type = WeightType::kF32,
    .name = "f32",
    .columns_per_block = 1,
    .largest_block_bytes = sizeof(Block),
    .smallest_block_bytes = sizeof(Block),
    .integer_bits = 0,
    .pack = pack,
    .pack_groups = nullptr,
    .unpack_row = unpack_row,
    .unpack_groups = nullptr,
    .quantize = nullptr,
    .reference = {.prepare_columns = nullptr, .multiply_rows = reference_product},
    .fast = &kFast,
    .known_products = {{{1, 0x20d4051b}, {8, 0x5b9f8151}}},
    .any_bytes_are_weights = false};

}  // namespace llama::f32
