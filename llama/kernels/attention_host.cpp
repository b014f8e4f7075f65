// The loops of a machine that has no version of its own.
#include <bit>

#include "base/check.h"
#include "llama/kernels/attention.h"

namespace llama {
namespace {

// A half's bits where a float has them: the half times 2^-112; 0 if it is subnormal.
float half_at(const std::byte* halves, size_t index) {
  uint16_t half;
  __builtin_memcpy(&half, halves + index * sizeof half, sizeof half);
  return std::bit_cast<float>((half & 0x8000u) << 16 | (half & 0x7fffu) << 13);
}

float float_at(const std::byte* floats, size_t index) {
  float value;
  __builtin_memcpy(&value, floats + index * sizeof value, sizeof value);
  return value;
}

template <float (*value_at)(const std::byte*, size_t)>
void add_all(std::span<float> out, std::span<const float> weights, const std::byte* values,
             size_t stride) {
  for (const float weight : weights) {
    for (size_t i = 0; i < out.size(); ++i) out[i] += weight * value_at(values, i);
    values += stride;
  }
}

}  // namespace

// The four keys of a group side by side.
void multiply_half_keys(std::span<const std::byte> keys, std::span<const float> q,
                        std::span<float> out) {
  const size_t group_bytes = key_group_bytes(KvType::kF16, static_cast<uint32_t>(q.size()));
  CHECK(out.size() % kKeysPerGroup == 0 && keys.size() >= out.size() / kKeysPerGroup * group_bytes);
  const std::byte* group = keys.data();
  for (size_t t = 0; t < out.size(); t += kKeysPerGroup, group += group_bytes) {
    float sums[kKeysPerGroup] = {};
    for (size_t i = 0; i < q.size(); ++i) {
      for (size_t key = 0; key < kKeysPerGroup; ++key) {
        sums[key] += half_at(group, i * kKeysPerGroup + key) * q[i];
      }
    }
    __builtin_memcpy(&out[t], sums, sizeof sums);
  }
}

void add_weighted(KvType type, std::span<float> out, std::span<const float> weights,
                  const std::byte* values, size_t stride) {
  type == KvType::kF32 ? add_all<float_at>(out, weights, values, stride)
                       : add_all<half_at>(out, weights, values, stride);
}

}  // namespace llama
