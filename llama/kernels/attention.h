// Attention over cached keys and values, and how they are kept.
//
// A cache holds f32, IEEE halves (f16), or 8 bits with a scale for each 32 (q8_0). Four bytes, two
// or a little over one for each value: the reading of the cache is what attention costs on a core
// without much of a cache of its own.
//
//   keys: four positions together, as rows of a matrix are (llama/kernels/packed_rows.h), so that
//   scores are
//     a matrix product: f32 and q8_0 exactly like that, f16 as f32 but of halves.
//   values: f32 and f16 position by position, plain. q8_0 as the columns of a matrix whose rows are
//     the head's values, so that mixing them by their weights is a matrix product, too: an f32
//     scale of each position, and then, for each 32 positions, the blocks of all row groups, whose
//     own scales are 1. Room is for a multiple of 32 positions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "llama/kernels/kernels.h"
#include "llama/kernels/q8_0.h"

namespace llama {

enum class KvType : uint8_t { kF32, kF16, kQ8_0 };
constexpr uint8_t kKvTypeCount = 3;
const char* name_of(KvType type);
std::optional<KvType> kv_type_of(std::string_view name);

constexpr uint32_t kKeysPerGroup = kRowsPerGroup;
constexpr uint32_t kValuesPerGroup = kColumnsPerGroup;  // positions, of q8_0 values

// Bytes of the keys of four positions of one head. `head_size` is even.
constexpr size_t key_group_bytes(KvType type, uint32_t head_size) {
  switch (type) {
    case KvType::kF32:
      return size_t{head_size} * kKeysPerGroup * sizeof(float);
    case KvType::kF16:
      return size_t{head_size} * kKeysPerGroup * sizeof(uint16_t);
    case KvType::kQ8_0:
      return size_t{column_groups(head_size)} * sizeof(q8_0::Block);
  }
  return 0;
}
// Bytes of the values of 32 positions of one head in q8_0, without and with their scales.
constexpr size_t value_blocks_bytes(uint32_t head_size) {
  return size_t{base::divide_up(head_size, kRowsPerGroup)} * sizeof(q8_0::Block);
}
constexpr size_t value_group_bytes(uint32_t head_size) {
  return kValuesPerGroup * sizeof(float) + value_blocks_bytes(head_size);
}
// How those blocks lie: the rows are the head's values, the columns positions.
constexpr BlockLayout value_layout(uint32_t head_size) {
  return {.row_group_stride = sizeof(q8_0::Block),
          .column_group_stride = value_blocks_bytes(head_size)};
}
// Bytes of all scales, which come first, in room of `bytes`: of whole groups, or a little more.
constexpr size_t value_scales_bytes(size_t bytes, uint32_t head_size) {
  return bytes / value_group_bytes(head_size) * kValuesPerGroup * sizeof(float);
}
constexpr size_t keys_bytes(KvType type, uint32_t positions, uint32_t head_size) {
  return base::divide_up(positions, kKeysPerGroup) * key_group_bytes(type, head_size);
}
constexpr size_t values_bytes(KvType type, uint32_t positions, uint32_t head_size) {
  switch (type) {
    case KvType::kF32:
      return size_t{positions} * head_size * sizeof(float);
    case KvType::kF16:
      return size_t{positions} * head_size * sizeof(uint16_t);
    case KvType::kQ8_0:
      return base::divide_up(positions, kValuesPerGroup) * value_group_bytes(head_size);
  }
  return 0;
}

// What a cache grows by.
constexpr uint32_t positions_together(KvType type) {
  return type == KvType::kQ8_0 ? kValuesPerGroup : kKeysPerGroup;
}

// Keeps the key or value (head_size) of a position; positions come in order, and may begin again at
// any that was there. Halves round to nearest; below 2^-14 they become 0, beyond 65504 they become
// that. 8 bits are quantized as activations are (llama/kernels/activations.h): keys with a scale in
// our 16 bits for each 32, values with one for the head.
void store_key(KvType type, std::span<std::byte> keys, uint32_t position,
               std::span<const float> key);
void store_value(KvType type, std::span<std::byte> values, uint32_t position,
                 std::span<const float> value);

// scores[h * stride + t] = (q_h . key_t) * (1 / sqrt(head_size)), for the positions t < seen, of
// which `stride` rounds up to at least a multiple of four; `queries` is (heads, head_size).
// Each product is summed in order; of q8_0 keys as multiply_rows() sums, with the queries prepared
// in `prepared` (prepared_bytes(heads, head_size)). Halves are multiplied as k * 2^-112, which is
// what their bits are worth in a float, by q * 2^112: the queries are lost.
void attention_scores(KvType type, std::span<float> queries, uint32_t heads,
                      std::span<std::byte> prepared, std::span<const std::byte> keys, uint32_t seen,
                      float* scores, size_t stride);

// out_h = sum over t < seen, in order, of weights[h * stride + t] * value_t, for `heads` heads; out
// is (heads, head_size). A half counts as (v * 2^-112) * (weight * 2^112). 8-bit values are summed
// as multiply_rows() sums, over columns of weight times scale, prepared in `prepared`
// (prepared_bytes(heads, seen)). The weights are lost.
void attention_mix(KvType type, std::span<float> out, uint32_t heads, float* weights, size_t stride,
                   std::span<std::byte> prepared, std::span<const std::byte> values, uint32_t seen);

// The two loops that machines have versions of their own for.

// out[t] = the product of key t * 2^-112, of an f16 cache, with q (head_size), for whole groups of
// keys.
void multiply_half_keys(std::span<const std::byte> keys, std::span<const float> q,
                        std::span<float> out);

// out[i] += sum over t of weights[t] * value i of position t, of f32 values or of f16 ones times
// 2^-112. The values of the first position are at `values`, the next ones `stride` bytes further
// each.
void add_weighted(KvType type, std::span<float> out, std::span<const float> weights,
                  const std::byte* values, size_t stride);

}  // namespace llama
