// The operations of a pass over single values, as they run: in eights, for which every machine has
// loops (llama/kernels/elements.h). What is left after whole eights goes one by one.
#include <bit>

#include "llama/kernels/elements.h"
#include "llama/kernels/kernels.h"
#include "llama/kernels/math.h"

namespace llama {
namespace {

constexpr size_t kEight = 8;

// As integers, since comparing floats costs the VFP11 ten cycles: a NaN with a plus sign counts as
// the largest, one with a minus as the smallest.
float largest_of(std::span<const float> x) {
  // The order of floats is that of their bits, the other way round among those with a sign.
  const auto ordered = [](float value) {
    const auto bits = std::bit_cast<int32_t>(value);
    return bits ^ (bits >> 31 & 0x7fffffff);
  };
  int32_t largest = ordered(x[0]);
  for (const float value : x) {
    const int32_t one = ordered(value);
    largest = one > largest ? one : largest;
  }
  return std::bit_cast<float>(largest ^ (largest >> 31 & 0x7fffffff));
}

}  // namespace

void rmsnorm(std::span<float> out, std::span<const float> x, std::span<const float> weight,
             float eps) {
  float sum = 0;
  for (const float value : x) sum += value * value;
  const float scale = 1.0f / sqrt(sum / static_cast<float>(x.size()) + eps);
  eights_scale_and_weigh(out.data(), x.data(), weight.data(), x.size() / kEight, scale);
  for (size_t i = x.size() / kEight * kEight; i < x.size(); ++i) {
    out[i] = weight[i] * (scale * x[i]);
  }
}

void rotate_pairs(std::span<float> x, std::span<const float> turns) {
  for (size_t head = 0; head < x.size(); head += turns.size()) {
    for (size_t i = 0; i < turns.size(); i += 2) {
      __builtin_prefetch(x.data() + head + i + 24);
      const float cosine = turns[i];
      const float sine = turns[i + 1];
      const float a = x[head + i];
      const float b = x[head + i + 1];
      x[head + i] = a * cosine - b * sine;
      x[head + i + 1] = a * sine + b * cosine;
    }
  }
}

void softmax(std::span<float> x) {
  const float largest = largest_of(x);
  eights_add_to_all(x.data(), x.data(), x.size() / kEight, -largest);
  for (size_t i = x.size() / kEight * kEight; i < x.size(); ++i) x[i] -= largest;
  exp(x);
  float sum = 0;
  for (const float value : x) sum += value;
  scale(x, 1.0f / sum);
}

void swiglu(std::span<float> gate, std::span<const float> up) {
  constexpr size_t kAtOnce = 8 * kEight;
  float powers[kAtOnce];
  for (size_t first = 0; first < gate.size(); first += kAtOnce) {
    const size_t count = gate.size() - first < kAtOnce ? gate.size() - first : kAtOnce;
    float* const some = gate.data() + first;
    eights_scale(powers, some, count / kEight, -1);
    for (size_t i = count / kEight * kEight; i < count; ++i) powers[i] = -some[i];
    exp(std::span(powers, count));
    eights_silu(some, up.data() + first, powers, count / kEight);
    for (size_t i = count / kEight * kEight; i < count; ++i) {
      some[i] = some[i] * (1.0f / (1.0f + powers[i])) * up[first + i];
    }
  }
}

void scale(std::span<float> x, float factor) {
  eights_scale(x.data(), x.data(), x.size() / kEight, factor);
  for (size_t i = x.size() / kEight * kEight; i < x.size(); ++i) x[i] *= factor;
}

void add(std::span<float> x, std::span<const float> y) {
  eights_add(x.data(), y.data(), x.size() / kEight);
  for (size_t i = x.size() / kEight * kEight; i < x.size(); ++i) x[i] += y[i];
}

void multiply(std::span<float> x, std::span<const float> y) {
  eights_multiply(x.data(), y.data(), x.size() / kEight);
  for (size_t i = x.size() / kEight * kEight; i < x.size(); ++i) x[i] *= y[i];
}

}  // namespace llama
