// Activations in 8 bits: what every version of the matrix kernels multiplies quantized weights
// with.
#pragma once

#include <cstdint>
#include <span>

#include "llama/kernels/weight_type.h"

namespace llama {

// Quantizes up to 32 floats; weights beyond them become 0. Returns the scale, max|x| / 127; each
// weight is x / scale rounded to nearest, ties to even, between -127 and 127. If one of the values
// is an infinity or a NaN, the scale is a NaN and the weights are 0, so that the damage shows.
float quantize_activations(std::span<const float> values,
                           std::span<int8_t, kColumnsPerGroup> weights);

// That scale, of any number of values.
float activation_scale(std::span<const float> values);

// The same with a word for each weight, of which the lower half is the weight in two's complement
// and the upper one means nothing: what an addition that rounds leaves.
float quantize_to_words(std::span<const float> values, std::span<uint32_t, kColumnsPerGroup> words);

// With a scale that activation_scale() gave for these values and others.
void quantize_to_words(std::span<const float> values, float scale,
                       std::span<uint32_t, kColumnsPerGroup> words);

}  // namespace llama
