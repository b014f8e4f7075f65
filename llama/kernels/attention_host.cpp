// The loops of a machine that has no version of its own.
#include "llama/kernels/attention.h"

namespace llama {

void multiply_half_keys(std::span<const std::byte> keys, std::span<const float> q,
                        std::span<float> out) {
  reference::multiply_half_keys(keys, q, out);
}

void add_weighted(KvType type, std::span<float> out, std::span<const float> weights,
                  const std::byte* values, size_t stride) {
  reference::add_weighted(type, out, weights, values, stride);
}

}  // namespace llama
