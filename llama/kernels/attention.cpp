#include "llama/kernels/attention.h"

#include <algorithm>
#include <bit>

#include "base/bytes.h"
#include "base/check.h"
#include "llama/kernels/activations.h"
#include "llama/kernels/f32.h"
#include "llama/kernels/math.h"
#include "llama/kernels/weight_scale.h"

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

void store_key_q8(std::span<std::byte> row_group, uint32_t row, std::span<const float> key) {
  std::byte* block = row_group.data();
  for (size_t first = 0; first < key.size(); first += kColumnsPerGroup) {
    const auto values = key.subspan(first, std::min<size_t>(key.size() - first, kColumnsPerGroup));
    uint32_t words[kColumnsPerGroup];
    float scale = quantize_to_words(values, words);
    if (!(scale < kLargestKeyScale)) scale = kLargestKeyScale;
    q8_0::write_row(block, row, scale_from_float(scale), words);
    block += sizeof(q8_0::Block);
  }
}

void store_value_q8(std::span<std::byte> values, uint32_t position, std::span<const float> value) {
  const auto head_size = static_cast<uint32_t>(value.size());
  const size_t group_bytes = value_blocks_bytes(head_size);
  const auto blocks = values.subspan(
      value_scales_bytes(values.size(), head_size) + position / kValuesPerGroup * group_bytes,
      group_bytes);
  const uint32_t column = position % kValuesPerGroup;
  if (column == 0) {
    for (size_t at = 0; at < blocks.size(); at += sizeof(q8_0::Block)) {
      q8_0::write_unit_scales(blocks.data() + at);
    }
  }
  const float scale = activation_scale(value);
  base::store_le32(values, position * sizeof(float), std::bit_cast<uint32_t>(scale));
  std::byte* block = blocks.data();
  for (size_t first = 0; first < value.size(); first += kColumnsPerGroup) {
    const auto some =
        value.subspan(first, std::min<size_t>(value.size() - first, kColumnsPerGroup));
    uint32_t words[kColumnsPerGroup];
    quantize_to_words(some, scale, words);
    for (uint32_t i = 0; i < some.size(); i += kRowsPerGroup, block += sizeof(q8_0::Block)) {
      q8_0::write_column(block, column, words + i);
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
  q8_0::kFast.prepare_columns(columns);
  q8_0::multiply_blocks(values.subspan(scales_bytes), value_layout(head_size), head_size, columns,
                        out.data(), head_size);
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
      return f32::pack_row(key, row, row_group);
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
    const RowsKernel& kernel = type == KvType::kF32 ? f32::kFast : q8_0::kFast;
    const Columns columns{heads, head_size, queries, prepared};
    if (kernel.prepare_columns != nullptr) kernel.prepare_columns(columns);
    kernel.multiply_rows(keys, seen, columns, scores, stride, nullptr);
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
