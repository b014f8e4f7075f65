// The weight types: what the numbers in a model file mean.
//
// Everything that depends on a type stands in the type's own row of traits, and in the files of its
// loops: f32.h, q8_0.h, q4_0.h, masked_rows.h. The rest of the program asks the row: the reader
// whether there is one, the writer to pack, the forward pass to multiply. weight_types.cpp lists
// the rows; a program that defines weight_types() itself has a list of its own, in place of that
// one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace llama {

struct Columns;
struct Largest;

// The number of a type in a model file. There are more numbers than those that have a name here:
// the list of rows decides which ones are known.
enum class WeightType : uint16_t {
  kF32 = 0,
  kQ8_0 = 1,
  kQ4_0 = 2,
  kQ8_0Masked = 3,
  kQ4_0Masked = 4,
};

constexpr uint32_t kRowsPerGroup = 4;  // interleaved (llama/kernels/packed_rows.h)
// What activations, and weights of integers, are cut into: a scale for each.
constexpr uint32_t kColumnsPerGroup = 32;

// A group of weights of one row, as every program outside knows them: an IEEE half as scale, and
// integers.
struct WeightGroup {
  uint16_t half_scale;
  std::array<int8_t, kColumnsPerGroup> weights;
};

// Products of rows and columns in one way: a machine's loops, or the reference. What
// multiply_rows() reads of the columns is what prepare_columns() of the same kernel made of them.
struct RowsKernel {
  // Null: the columns' values are read as they are.
  void (*prepare_columns)(const Columns& columns) = nullptr;
  // See multiply_rows() in llama/kernels/kernels.h. Null: there are no such loops.
  void (*multiply_rows)(std::span<const std::byte> packed, uint32_t rows, const Columns& columns,
                        float* out, size_t out_stride, Largest* largest) = nullptr;
};

// The CRC-32C of the product that kernel::kernel_crc() computes with some columns.
struct KnownProduct {
  uint32_t columns;
  uint32_t crc;
};

// What rows take, at least and at most. It depends on the weights only in types whose blocks
// differ in length.
struct PackedBytes {
  uint64_t least;
  uint64_t most;
};

// A row of the table. `packed` is always a number of whole row groups; nothing but these functions
// knows where in it a weight lies.
struct WeightTraits {
  WeightType type;  // its number in the file
  const char* name;
  // A block holds so many columns of a row group.
  uint32_t columns_per_block;
  uint32_t largest_block_bytes;
  uint32_t smallest_block_bytes;
  // Of the integers that its weights are; 0 for weights that are not integers with a scale.
  uint32_t integer_bits;

  // Packs rows (rows, columns), a multiple of four of them, quantizing them first. `packed` has
  // room for packed_bytes().most. False: some are too large for this type.
  bool (*pack)(std::span<const float> rows, uint32_t columns, std::span<std::byte> packed);
  // The same for integers that exist already, (rows, columns / 32 rounded up); they have
  // integer_bits at most. Null for types without integers.
  bool (*pack_groups)(std::span<const WeightGroup> groups, uint32_t columns,
                      std::span<std::byte> packed);
  // Decodes out.size() columns, all that a row has. Exact.
  void (*unpack_row)(std::span<const std::byte> packed, uint32_t row, std::span<float> out);
  // What pack_groups() was given: out.size() groups, all that a row has. Null for types without
  // integers.
  void (*unpack_groups)(std::span<const std::byte> packed, uint32_t row,
                        std::span<WeightGroup> out);
  // Null for types without integers.
  WeightGroup (*quantize)(std::span<const float, kColumnsPerGroup> values);

  RowsKernel reference;    // defines the product
  const RowsKernel* fast;  // this machine's loops, which give the same bits; null or empty: none

  // What /selftest compares: for one column and for several.
  std::array<KnownProduct, 2> known_products;
  // Any bytes are weights; false: bytes may make infinities and NaNs, or no blocks at all.
  bool any_bytes_are_weights;

  // Of a type that leaves out weights of 0 (llama/kernels/masked_rows.h): the type that it is made
  // of, whose integers it holds, and whose bits all products have. Null for others.
  const WeightTraits* dense = nullptr;
  // Bytes that are of none of so many blocks. Null: there are none.
  uint64_t (*bytes_besides_blocks)(uint64_t blocks) = nullptr;
  // What `rows` rows take of `packed`; 0: it does not hold them. Nothing else here may be called
  // with bytes that are not known to be rows. Null: rows always take packed_bytes().
  size_t (*measure)(std::span<const std::byte> packed, uint32_t rows, uint32_t columns) = nullptr;

  bool has_fast_kernel() const { return fast != nullptr && fast->multiply_rows != nullptr; }
  const RowsKernel& kernel() const { return has_fast_kernel() ? *fast : reference; }
  bool holds_integers() const { return integer_bits != 0; }
  // Whether rows take more or less by what their weights are. They are then packed, and multiplied,
  // a whole tile at a time.
  bool has_own_sizes() const { return measure != nullptr; }
  bool holds_rows(std::span<const std::byte> packed, uint32_t rows, uint32_t columns) const;
  // What rows take that are packed together, without the padding of a tile.
  PackedBytes packed_bytes(uint32_t rows, uint32_t columns) const;
  // What four rows take at most.
  uint64_t row_group_bytes(uint32_t columns) const {
    return packed_bytes(kRowsPerGroup, columns).most;
  }
};

// All rows of the program, in the order in which lists of types name them.
std::span<const WeightTraits* const> weight_types();

// Null: there is no such type.
const WeightTraits* find_weight_type(WeightType type);
const WeightTraits* find_weight_type(std::string_view name);
// The type with the fewest bits that holds integers of so many, and leaves none out; null: none
// does.
const WeightTraits* smallest_type_of_integers(uint32_t bits);

// The row of a type that a model file was found to have, or that the program names: CHECKed.
const WeightTraits& traits_of(WeightType type);
inline const char* name_of(WeightType type) { return traits_of(type).name; }

}  // namespace llama
