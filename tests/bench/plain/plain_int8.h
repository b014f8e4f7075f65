// A Llama in plain C++ with weights of 8 bits, in the manner of llama2.c's runq.c: what one gets
// without thinking of the core. The yardstick of "times faster" in docs/performance.md.
//
// Groups of 32 weights share a float scale; activations are quantized likewise before each matrix;
// everything else is float. Rows are stored one after the other, values and scales apart. One token
// at a time, keys and values in f32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace plain {

struct Shape {
  uint32_t dim, hidden_dim, layers, heads, kv_heads, vocabulary, context;
};

// One token through the model, at `position`. `memory` holds weights and state: see bytes_needed.
// Returns the largest logit's index, so that nothing is left out.
uint32_t forward(const Shape& shape, std::span<std::byte> memory, uint32_t token,
                 uint32_t position);

size_t bytes_needed(const Shape& shape);

}  // namespace plain
