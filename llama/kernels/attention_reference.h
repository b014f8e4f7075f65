// The definition of attention (llama/kernels/attention.h), over keys and values as they are kept:
// the same functions, which give the same bits. Only tests call them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "llama/kernels/attention.h"

namespace llama::reference {

void attention_scores(KvType type, std::span<float> queries, uint32_t heads,
                      std::span<std::byte> prepared, std::span<const std::byte> keys, uint32_t seen,
                      float* scores, size_t stride);
void attention_mix(KvType type, std::span<float> out, uint32_t heads, float* weights, size_t stride,
                   std::span<std::byte> prepared, std::span<const std::byte> values, uint32_t seen);

}  // namespace llama::reference
