#include <bit>

#include "base/bytes.h"
#include "base/check.h"
#include "llama/kernels/attention.h"
#include "llama/kernels/rows_work.h"

namespace llama {

extern "C" {
void armv6_multiply_half_keys(const RowsWork* work);
void armv6_mix_f32(const MixWork* work);
void armv6_mix_f16(const MixWork* work);
}

namespace {

static_assert(HALF_KEYS_BYTES == kKeysPerGroup * sizeof(uint16_t));

// A float, or a half's bits where a float has them: times 2^-112.
float value_at(const std::byte* values, size_t index, bool is_f32) {
  if (is_f32) return std::bit_cast<float>(base::load_le32({values, (index + 1) * 4}, index * 4));
  const uint32_t half = base::load_le16({values, (index + 1) * 2}, index * 2);
  return std::bit_cast<float>((half & 0x8000u) << 16 | (half & 0x7fffu) << 13);
}

}  // namespace

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
  const bool is_f32 = type == KvType::kF32;
  const size_t value_size = is_f32 ? sizeof(float) : sizeof(uint16_t);
  const size_t whole = out.size() / kAtOnce * kAtOnce;
  for (size_t i = 0; i < whole; i += kAtOnce) {
    const MixWork work{.out = out.data() + i,
                       .weights = weights.data(),
                       .values = values + i * value_size,
                       .stride = stride,
                       .count = static_cast<uint32_t>(weights.size())};
    is_f32 ? armv6_mix_f32(&work) : armv6_mix_f16(&work);
  }
  if (whole == out.size()) return;
  // A head size that is not a multiple of eight.
  for (const float weight : weights) {
    for (size_t i = whole; i < out.size(); ++i) out[i] += weight * value_at(values, i, is_f32);
    values += stride;
  }
}

}  // namespace llama
