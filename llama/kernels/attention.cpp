#include "llama/kernels/attention.h"

#include <algorithm>
#include <bit>

#include "base/bytes.h"
#include "base/check.h"
#include "llama/kernels/activations.h"
#include "llama/kernels/math.h"

namespace llama {
namespace {

// A half's bits, moved to where a float has them, are worth this much less.
constexpr float kHalfFactor = 0x1p112f;

// Positions whose values all heads go over, eight values at a time, before the next ones come: few
// enough to stay in the ARM1176's cache meanwhile (64 floats each: 3.5 KiB).
constexpr uint32_t kMixedAtOnce = 14;

uint16_t half_of(float value) {
  constexpr float kLargest = 65504;
  const float clamped = value > kLargest ? kLargest : value < -kLargest ? -kLargest : value;
  const uint16_t half = float_to_half(clamped);
  return (half & 0x7c00u) == 0 ? half & 0x8000u : half;
}

// From here on a key's scale has no form in 16 bits. No model makes such keys, nor what is no
// number; neither must be read as a pointer or an integer.
constexpr float kLargestKeyScale = 126;

uint32_t key_word(const uint32_t* x) {
  return ((x[0] & 0xffu) | (x[1] & 0xffu) << 8 | (x[2] & 0xffu) << 16 | x[3] << 24) ^ 0x00800080u;
}

void store_key_q8(std::span<std::byte> row_group, uint32_t row, std::span<const float> key) {
  for (size_t first = 0; first < key.size(); first += kColumnsPerGroup) {
    const auto values = key.subspan(first, std::min<size_t>(key.size() - first, kColumnsPerGroup));
    uint32_t words[kColumnsPerGroup];
    float scale = quantize_to_words(values, words);
    if (!(scale < kLargestKeyScale)) scale = kLargestKeyScale;
    const auto block = row_group.subspan(first / kColumnsPerGroup * kQ8BlockBytes, kQ8BlockBytes);
    base::store_le16(block, row * kScaleBytes, scale_from_float(scale));
    std::byte* to = block.data() + kRowsPerGroup * kScaleBytes + row * sizeof(uint32_t);
    for (uint32_t k = 0; k < kColumnsPerGroup; k += 4, to += kRowsPerGroup * sizeof(uint32_t)) {
      const uint32_t word = key_word(words + k);
      __builtin_memcpy(__builtin_assume_aligned(to, sizeof(word)), &word, sizeof(word));
    }
  }
}

void store_value_q8(std::span<std::byte> values, uint32_t position, std::span<const float> value) {
  constexpr uint32_t kOnes = 0x64006400;  // two scales of 1 (llama/kernels/packed_rows.h)
  const auto head_size = static_cast<uint32_t>(value.size());
  const size_t group_bytes = value_blocks_bytes(head_size);
  const auto blocks = values.subspan(
      value_scales_bytes(values.size(), head_size) + position / kValuesPerGroup * group_bytes,
      group_bytes);
  const uint32_t column = position % kValuesPerGroup;
  if (column == 0) {
    for (size_t at = 0; at < blocks.size(); at += kQ8BlockBytes) {
      base::store_le32(blocks, at, kOnes);
      base::store_le32(blocks, at + sizeof(kOnes), kOnes);
    }
  }
  const float scale = activation_scale(value);
  base::store_le32(values, position * sizeof(float), std::bit_cast<uint32_t>(scale));
  const uint32_t offset = column % 2 == 0 ? 0x80 : 0;  // as even columns are stored
  // The byte of this column in a row's words.
  std::byte* to = blocks.data() + kRowsPerGroup * kScaleBytes +
                  column / 4 * kRowsPerGroup * sizeof(uint32_t) + column % 4;
  for (size_t first = 0; first < value.size(); first += kColumnsPerGroup) {
    const auto some =
        value.subspan(first, std::min<size_t>(value.size() - first, kColumnsPerGroup));
    uint32_t words[kColumnsPerGroup];
    quantize_to_words(some, scale, words);
    for (uint32_t i = 0; i < some.size(); i += kRowsPerGroup, to += kQ8BlockBytes) {
      for (uint32_t r = 0; r < kRowsPerGroup; ++r) {
        to[r * sizeof(uint32_t)] = static_cast<std::byte>(words[i + r] ^ offset);
      }
    }
  }
}

void store_halves(std::span<std::byte> to, size_t first, size_t step,
                  std::span<const float> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    base::store_le16(to, (first + i * step) * sizeof(uint16_t), half_of(values[i]));
  }
}

void mix_q8(std::span<float> out, uint32_t heads, float* weights, size_t stride,
            std::span<std::byte> prepared, std::span<const std::byte> values, uint32_t seen) {
  const auto head_size = static_cast<uint32_t>(out.size() / heads);
  const size_t scales_bytes = value_scales_bytes(values.size(), head_size);
  // As stored, little-endian, they are floats on every machine that we build for.
  const auto* const scales = reinterpret_cast<const float*>(values.data());
  for (uint32_t h = 0; h < heads; ++h) multiply({weights + h * stride, seen}, {scales, seen});
  const Columns columns{.count = heads,
                        .width = seen,
                        .values = {weights, (heads - 1) * stride + seen},
                        .prepared = prepared,
                        .value_stride = stride};
  prepare_columns(WeightType::kQ8_0, columns);
  multiply_blocks(
      WeightType::kQ8_0, values.subspan(scales_bytes),
      {.row_group_stride = kQ8BlockBytes, .column_group_stride = value_blocks_bytes(head_size)},
      head_size, columns, out.data(), head_size);
}

}  // namespace

const char* name_of(KvType type) {
  constexpr const char* kNames[] = {"f32", "f16", "q8_0"};
  return kNames[static_cast<size_t>(type)];
}

std::optional<KvType> kv_type_of(std::string_view name) {
  for (uint8_t i = 0; i < kKvTypeCount; ++i) {
    const auto type = static_cast<KvType>(i);
    if (name == name_of(type)) return type;
  }
  return std::nullopt;
}

void store_key(KvType type, std::span<std::byte> keys, uint32_t position,
               std::span<const float> key) {
  const size_t group_bytes = key_group_bytes(type, static_cast<uint32_t>(key.size()));
  const uint32_t row = position % kKeysPerGroup;
  const auto row_group = keys.subspan(position / kKeysPerGroup * group_bytes, group_bytes);
  switch (type) {
    case KvType::kF32:
      return pack_f32_row(key, row, row_group);
    case KvType::kF16:
      return store_halves(row_group, row, kKeysPerGroup, key);
    case KvType::kQ8_0:
      return store_key_q8(row_group, row, key);
  }
}

void store_value(KvType type, std::span<std::byte> values, uint32_t position,
                 std::span<const float> value) {
  switch (type) {
    case KvType::kF32:
      __builtin_memcpy(values.subspan(position * value.size_bytes(), value.size_bytes()).data(),
                       value.data(), value.size_bytes());
      return;
    case KvType::kF16:
      return store_halves(values, position * value.size(), 1, value);
    case KvType::kQ8_0:
      return store_value_q8(values, position, value);
  }
}

void attention_scores(KvType type, std::span<float> queries, uint32_t heads,
                      std::span<std::byte> prepared, std::span<const std::byte> keys, uint32_t seen,
                      float* scores, size_t stride) {
  const auto head_size = static_cast<uint32_t>(queries.size() / heads);
  if (type == KvType::kF16) {
    const size_t whole = base::round_up<size_t>(seen, kKeysPerGroup);
    CHECK(whole <= stride);
    for (float& value : queries) value *= kHalfFactor;
    for (uint32_t h = 0; h < heads; ++h) {
      multiply_half_keys(keys, queries.subspan(size_t{h} * head_size, head_size),
                         {scores + h * stride, whole});
    }
  } else {
    const WeightType rows = type == KvType::kF32 ? WeightType::kF32 : WeightType::kQ8_0;
    const Columns columns{heads, head_size, queries, prepared};
    if (rows != WeightType::kF32) prepare_columns(rows, columns);
    multiply_rows(rows, keys, seen, columns, scores, stride);
  }
  const float factor = 1.0f / sqrt(static_cast<float>(head_size));
  for (uint32_t h = 0; h < heads; ++h) scale({scores + h * stride, seen}, factor);
}

void attention_mix(KvType type, std::span<float> out, uint32_t heads, float* weights, size_t stride,
                   std::span<std::byte> prepared, std::span<const std::byte> values,
                   uint32_t seen) {
  const auto head_size = static_cast<uint32_t>(out.size() / heads);
  if (type == KvType::kQ8_0) {
    return mix_q8(out, heads, weights, stride, prepared, values, seen);
  }
  if (type == KvType::kF16) {
    for (uint32_t h = 0; h < heads; ++h) scale({weights + h * stride, seen}, kHalfFactor);
  }
  const size_t bytes = values_bytes(type, 1, head_size);
  for (float& value : out) value = 0;
  for (uint32_t t = 0; t < seen; t += kMixedAtOnce) {
    const uint32_t count = std::min(kMixedAtOnce, seen - t);
    for (uint32_t h = 0; h < heads; ++h) {
      add_weighted(type, out.subspan(size_t{h} * head_size, head_size),
                   {weights + h * stride + t, count}, values.data() + t * bytes, bytes);
    }
  }
}

}  // namespace llama
