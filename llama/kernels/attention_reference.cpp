#include <bit>

#include "base/bytes.h"
#include "base/check.h"
#include "llama/kernels/attention.h"

namespace llama::reference {
namespace {

// A half's bits where a float has them: the half times 2^-112; 0 if it is subnormal.
float half_at(std::span<const std::byte> halves, size_t index) {
  const uint32_t half = base::load_le16(halves, index * sizeof(uint16_t));
  return std::bit_cast<float>((half & 0x8000u) << 16 | (half & 0x7fffu) << 13);
}

}  // namespace

void multiply_half_keys(std::span<const std::byte> keys, std::span<const float> q,
                        std::span<float> out) {
  for (size_t t = 0; t < out.size(); ++t) {
    const auto group = keys.subspan(t / kKeysPerGroup * q.size() * kKeysPerGroup * 2,
                                    q.size() * kKeysPerGroup * 2);
    float sum = 0;
    for (size_t i = 0; i < q.size(); ++i) {
      sum += half_at(group, i * kKeysPerGroup + t % kKeysPerGroup) * q[i];
    }
    out[t] = sum;
  }
}

void add_weighted(KvType type, std::span<float> out, std::span<const float> weights,
                  const std::byte* values, size_t stride) {
  for (size_t t = 0; t < weights.size(); ++t) {
    const std::span position(values + t * stride, stride);
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] += weights[t] * (type == KvType::kF32 ? base::load_le_f32(position, i * sizeof(float))
                                                   : half_at(position, i));
    }
  }
}

}  // namespace llama::reference
