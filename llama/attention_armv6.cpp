#include "base/check.h"
#include "llama/attention.h"
#include "llama/rows_work.h"

namespace llama {

extern "C" {
void armv6_multiply_half_keys(const RowsWork* work);
void armv6_mix_f32(const MixWork* work);
void armv6_mix_f16(const MixWork* work);
void armv6_mix_q8(const MixWork* work);
}

void multiply_half_keys(std::span<const std::byte> keys, std::span<const float> q,
                        std::span<float> out) {
  const size_t group_bytes = key_group_bytes(KvType::kF16, static_cast<uint32_t>(q.size()));
  CHECK(out.size() % kKeysPerGroup == 0 && keys.size() >= out.size() / kKeysPerGroup * group_bytes);
  if (out.empty()) return;
  const RowsWork work{.blocks = keys.data(),
                      .columns = q.data(),
                      .sums = out.data(),
                      .columns_bytes = static_cast<uint32_t>(q.size_bytes()),
                      .groups_bytes = static_cast<uint32_t>(group_bytes),
                      .row_groups = static_cast<uint32_t>(out.size() / kKeysPerGroup),
                      .row_group_stride = group_bytes,
                      .column_stride = 0,
                      .continues = 0};
  armv6_multiply_half_keys(&work);
}

void add_weighted(KvType type, std::span<float> out, std::span<const float> weights,
                  const std::byte* values, size_t stride) {
  constexpr size_t kAtOnce = 8;
  if (weights.empty()) return;
  const size_t whole = out.size() / kAtOnce * kAtOnce;
  const size_t value_size = type == KvType::kF32 ? 4 : type == KvType::kF16 ? 2 : 1;
  const size_t header = type == KvType::kQ8_0 ? sizeof(float) : 0;
  for (size_t i = 0; i < whole; i += kAtOnce) {
    const MixWork work{.out = out.data() + i,
                       .weights = weights.data(),
                       .values = values + header + i * value_size,
                       .stride = stride,
                       .scales = values,
                       .count = static_cast<uint32_t>(weights.size())};
    switch (type) {
      case KvType::kF32:
        armv6_mix_f32(&work);
        break;
      case KvType::kF16:
        armv6_mix_f16(&work);
        break;
      case KvType::kQ8_0:
        armv6_mix_q8(&work);
        break;
    }
  }
  if (whole == out.size()) return;
  // A head size that is no multiple of eight; 8-bit values keep their scale in front.
  if (type != KvType::kQ8_0) {
    return reference::add_weighted(type, out.subspan(whole), weights, values + whole * value_size,
                                   stride);
  }
  for (size_t t = 0; t < weights.size(); ++t) {
    float scale;
    __builtin_memcpy(&scale, values + t * stride, sizeof(scale));
    const float weight = weights[t] * scale;
    for (size_t i = whole; i < out.size(); ++i) {
      out[i] += weight * static_cast<float>(static_cast<int8_t>(values[t * stride + header + i]));
    }
  }
}

}  // namespace llama
