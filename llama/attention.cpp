#include "llama/attention.h"

#include <algorithm>
#include <bit>

#include "base/bytes.h"
#include "base/check.h"
#include "llama/activations.h"
#include "llama/math.h"

namespace llama {
namespace {

// A half's bits, moved to where a float has them, are worth this much less.
constexpr float kHalfFactor = 0x1p112f;

// Positions whose values all heads go over, eight values at a time, before the next ones come.
// About 1 KiB of 8-bit values: so far ahead the ARM1176's loops ask for memory
// (llama/attention_armv6.S).
constexpr uint32_t kMixedAtOnce = 14;

uint16_t half_of(float value) {
  constexpr float kLargest = 65504;
  const float clamped = value > kLargest ? kLargest : value < -kLargest ? -kLargest : value;
  const uint16_t half = float_to_half(clamped);
  return (half & 0x7c00u) == 0 ? half & 0x8000u : half;
}

// Up to 32 values, padded with zeros.
struct Group {
  Group(std::span<const float> all, uint32_t first) : values{} {
    const size_t left = all.size() - first;
    for (size_t i = 0; i < left && i < kColumnsPerGroup; ++i) values[i] = all[first + i];
  }
  float values[kColumnsPerGroup];
};

// What a group of values is worth, if its scale has a form in 16 bits: magnitudes to 127 * 128.
constexpr float kLargestKey = 16000;

void store_key_q8(std::span<std::byte> row_group, uint32_t row, std::span<const float> key) {
  for (uint32_t g = 0; g < column_groups(static_cast<uint32_t>(key.size())); ++g) {
    Group group(key, g * kColumnsPerGroup);
    for (float& value : group.values) {
      // What no model makes, or no number, must not be read as a pointer or an integer either.
      value = value > kLargestKey ? kLargestKey : value > -kLargestKey ? value : -kLargestKey;
    }
    int8_t weights[kColumnsPerGroup];
    const uint16_t scale = quantize_group(WeightType::kQ8_0, group.values, weights);
    CHECK(pack_group(WeightType::kQ8_0, {scale, weights}, row,
                     row_group.subspan(size_t{g} * kQ8BlockBytes, kQ8BlockBytes)));
  }
}

void store_value_q8(std::span<std::byte> to, std::span<const float> value) {
  for (uint32_t g = 0; g < column_groups(static_cast<uint32_t>(value.size())); ++g) {
    const Group group(value, g * kColumnsPerGroup);
    int8_t weights[kColumnsPerGroup];
    const auto bytes = to.subspan(size_t{g} * kValueGroupBytes, kValueGroupBytes);
    const float scale = quantize_activations(group.values, weights);
    base::store_le32(bytes, 0, std::bit_cast<uint32_t>(scale));
    for (uint32_t i = 0; i < kColumnsPerGroup; ++i) {
      bytes[sizeof(float) + i] = static_cast<std::byte>(weights[i]);
    }
  }
}

void store_halves(std::span<std::byte> to, size_t first, size_t step,
                  std::span<const float> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    base::store_le16(to, (first + i * step) * sizeof(uint16_t), half_of(values[i]));
  }
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
  const size_t bytes = value_bytes(type, static_cast<uint32_t>(value.size()));
  const auto to = values.subspan(position * bytes, bytes);
  switch (type) {
    case KvType::kF32:
      __builtin_memcpy(to.data(), value.data(), value.size_bytes());
      return;
    case KvType::kF16:
      return store_halves(to, 0, 1, value);
    case KvType::kQ8_0:
      return store_value_q8(to, value);
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
  const float root = sqrt(static_cast<float>(head_size));
  for (uint32_t h = 0; h < heads; ++h) divide({scores + h * stride, seen}, root);
}

void attention_mix(KvType type, std::span<float> out, uint32_t heads, float* weights, size_t stride,
                   std::span<const std::byte> values, uint32_t seen) {
  const auto head_size = static_cast<uint32_t>(out.size() / heads);
  const size_t bytes = value_bytes(type, head_size);
  if (type == KvType::kF16) {
    for (uint32_t h = 0; h < heads; ++h) {
      for (uint32_t t = 0; t < seen; ++t) weights[h * stride + t] *= kHalfFactor;
    }
  }
  for (float& value : out) value = 0;
  for (uint32_t t = 0; t < seen; t += kMixedAtOnce) {
    const uint32_t count = std::min(kMixedAtOnce, seen - t);
    const std::byte* const first = values.data() + t * bytes;
    for (uint32_t h = 0; h < heads; ++h) {
      const std::span<const float> mixed(weights + h * stride + t, count);
      const auto head = out.subspan(size_t{h} * head_size, head_size);
      if (type != KvType::kQ8_0) {
        add_weighted(type, head, mixed, first, bytes);
        continue;
      }
      for (uint32_t i = 0; i < head_size; i += kColumnsPerGroup) {
        add_weighted(type, head.subspan(i, std::min(kColumnsPerGroup, head_size - i)), mixed,
                     first + size_t{i / kColumnsPerGroup} * kValueGroupBytes, bytes);
      }
    }
  }
}

}  // namespace llama
