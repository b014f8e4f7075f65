#include "llama/kernels/attention_reference.h"

#include <bit>

#include "base/bytes.h"
#include "llama/kernels/kernels_reference.h"
#include "llama/kernels/math.h"
#include "llama/kernels/q8_0.h"

namespace llama::reference {
namespace {

// What a half's bits are worth where a float has them: the half times 2^-112; 0 if it is subnormal.
// What it is multiplied by makes up for that.
constexpr float kHalfFactor = 0x1p112f;

float half_at(std::span<const std::byte> halves, size_t index) {
  const uint32_t half = base::load_le16(halves, index * sizeof(uint16_t));
  return std::bit_cast<float>((half & 0x8000u) << 16 | (half & 0x7fffu) << 13);
}

float kept_at(KvType type, std::span<const std::byte> kept, size_t index) {
  return type == KvType::kF16 ? half_at(kept, index)
                              : base::load_le_f32(kept, index * sizeof(float));
}

void mix_q8(std::span<float> out, uint32_t heads, float* weights, size_t stride,
            std::span<std::byte> prepared, std::span<const std::byte> values, uint32_t seen) {
  const auto head_size = static_cast<uint32_t>(out.size() / heads);
  for (uint32_t h = 0; h < heads; ++h) {
    for (uint32_t t = 0; t < seen; ++t) {
      weights[h * stride + t] *= base::load_le_f32(values, t * sizeof(float));
    }
  }
  const Columns columns{.count = heads,
                        .width = seen,
                        .values = {weights, (heads - 1) * stride + seen},
                        .prepared = prepared,
                        .value_stride = stride};
  q8_0::Rows::prepare_columns(columns);
  q8_0::Rows::multiply_blocks(values.subspan(value_scales_bytes(values.size(), head_size)),
                              value_layout(head_size), head_size, columns, out.data(), head_size,
                              nullptr);
}

}  // namespace

void attention_scores(KvType type, std::span<float> queries, uint32_t heads,
                      std::span<std::byte> prepared, std::span<const std::byte> keys, uint32_t seen,
                      float* scores, size_t stride) {
  const auto head_size = static_cast<uint32_t>(queries.size() / heads);
  const float factor = 1.0f / sqrt(static_cast<float>(head_size));
  if (type == KvType::kQ8_0) {
    const Columns columns{heads, head_size, queries, prepared};
    q8_0::Rows::prepare_columns(columns);
    q8_0::Rows::multiply_rows(keys, seen, columns, scores, stride, nullptr);
    for (uint32_t h = 0; h < heads; ++h) scale({scores + h * stride, seen}, factor);
    return;
  }
  if (type == KvType::kF16) scale(queries, kHalfFactor);
  for (uint32_t h = 0; h < heads; ++h) {
    for (uint32_t t = 0; t < seen; ++t) {
      float sum = 0;
      for (uint32_t i = 0; i < head_size; ++i) {
        const size_t column = size_t{t / kKeysPerGroup} * head_size + i;
        const float key = kept_at(type, keys, column * kKeysPerGroup + t % kKeysPerGroup);
        sum += key * queries[size_t{h} * head_size + i];
      }
      scores[h * stride + t] = sum * factor;
    }
  }
}

void attention_mix(KvType type, std::span<float> out, uint32_t heads, float* weights, size_t stride,
                   std::span<std::byte> prepared, std::span<const std::byte> values,
                   uint32_t seen) {
  if (type == KvType::kQ8_0) {
    return mix_q8(out, heads, weights, stride, prepared, values, seen);
  }
  const size_t head_size = out.size() / heads;
  for (uint32_t h = 0; h < heads; ++h) {
    if (type == KvType::kF16) scale({weights + h * stride, seen}, kHalfFactor);
    for (size_t i = 0; i < head_size; ++i) {
      float sum = 0;
      for (uint32_t t = 0; t < seen; ++t) {
        sum += weights[h * stride + t] * kept_at(type, values, t * head_size + i);
      }
      out[h * head_size + i] = sum;
    }
  }
}

}  // namespace llama::reference
