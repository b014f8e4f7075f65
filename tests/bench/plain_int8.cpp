#include <algorithm>

#include "llama/kernels/math.h"
#include "tests/bench/plain/plain_int8.h"

namespace plain {
namespace {

constexpr uint32_t kGroup = 32;

struct Quantized {
  int8_t* values;
  float* scales;
};

// Hands out memory from the front; without memory it only counts.
class Carver {
 public:
  explicit Carver(std::byte* begin) : begin_(begin) {}

  float* floats(size_t count) { return reinterpret_cast<float*>(take(count * sizeof(float))); }
  Quantized quantized(size_t count) {
    auto* values = reinterpret_cast<int8_t*>(take(count));
    return {values, floats(count / kGroup)};
  }
  size_t used() const { return used_; }

 private:
  std::byte* take(size_t bytes) {
    std::byte* place = begin_ == nullptr ? nullptr : begin_ + used_;
    used_ += (bytes + 31) / 32 * 32;
    return place;
  }

  std::byte* begin_;
  size_t used_ = 0;
};

struct Layer {
  float *attention_norm, *feed_forward_norm;
  Quantized wq, wk, wv, wo, w1, w2, w3;
  float *keys, *values;  // (context, kv_dim)
};

struct State {
  Quantized embedding;  // and classifier
  float* final_norm;
  float *x, *branch, *other, *q, *gate, *up, *scores, *logits;
  Quantized input;
};

uint32_t kv_dim(const Shape& shape) { return shape.dim / shape.heads * shape.kv_heads; }

State carve_state(const Shape& shape, Carver& carver) {
  State state;
  state.embedding = carver.quantized(size_t{shape.vocabulary} * shape.dim);
  state.final_norm = carver.floats(shape.dim);
  state.x = carver.floats(shape.dim);
  state.branch = carver.floats(shape.dim);
  state.other = carver.floats(shape.dim);
  state.q = carver.floats(shape.dim);
  state.gate = carver.floats(shape.hidden_dim);
  state.up = carver.floats(shape.hidden_dim);
  state.scores = carver.floats(shape.context);
  state.logits = carver.floats(shape.vocabulary);
  state.input = carver.quantized(shape.hidden_dim);
  return state;
}

Layer carve_layer(const Shape& shape, Carver& carver) {
  const size_t dim = shape.dim, hidden = shape.hidden_dim, kv = kv_dim(shape);
  Layer layer;
  layer.attention_norm = carver.floats(dim);
  layer.feed_forward_norm = carver.floats(dim);
  layer.wq = carver.quantized(dim * dim);
  layer.wk = carver.quantized(dim * kv);
  layer.wv = carver.quantized(dim * kv);
  layer.wo = carver.quantized(dim * dim);
  layer.w1 = carver.quantized(dim * hidden);
  layer.w2 = carver.quantized(dim * hidden);
  layer.w3 = carver.quantized(dim * hidden);
  layer.keys = carver.floats(shape.context * kv);
  layer.values = carver.floats(shape.context * kv);
  return layer;
}

void normalize(float* out, const float* x, const float* weights, uint32_t size) {
  float sum = 0;
  for (uint32_t i = 0; i < size; ++i) sum += x[i] * x[i];
  const float scale = 1 / llama::sqrt(sum / static_cast<float>(size) + 1e-5f);
  for (uint32_t i = 0; i < size; ++i) out[i] = weights[i] * (scale * x[i]);
}

void soften(float* x, uint32_t size) {
  const float most = *std::max_element(x, x + size);
  float sum = 0;
  for (uint32_t i = 0; i < size; ++i) {
    x[i] = llama::exp(x[i] - most);
    sum += x[i];
  }
  for (uint32_t i = 0; i < size; ++i) x[i] /= sum;
}

void quantize(Quantized out, const float* x, uint32_t size) {
  for (uint32_t group = 0; group < size / kGroup; ++group) {
    const float* from = x + group * kGroup;
    float most = 0;
    for (uint32_t i = 0; i < kGroup; ++i) most = std::max(most, from[i] < 0 ? -from[i] : from[i]);
    const float scale = most / 127;
    out.scales[group] = scale;
    for (uint32_t i = 0; i < kGroup; ++i) {
      const float value = scale == 0 ? 0 : from[i] / scale;
      out.values[group * kGroup + i] = static_cast<int8_t>(value < 0 ? value - 0.5f : value + 0.5f);
    }
  }
}

// out (rows) = weights (rows, columns) * x (columns)
void multiply(float* out, Quantized weights, Quantized x, uint32_t rows, uint32_t columns) {
  for (uint32_t row = 0; row < rows; ++row) {
    const int8_t* values = weights.values + size_t{row} * columns;
    const float* scales = weights.scales + size_t{row} * columns / kGroup;
    float sum = 0;
    for (uint32_t column = 0; column < columns; column += kGroup) {
      int32_t dot = 0;
      for (uint32_t i = 0; i < kGroup; ++i) {
        dot += int32_t{x.values[column + i]} * int32_t{values[column + i]};
      }
      sum += static_cast<float>(dot) * scales[column / kGroup] * x.scales[column / kGroup];
    }
    out[row] = sum;
  }
}

void turn(float* vector, uint32_t size, uint32_t head_size, uint32_t position) {
  for (uint32_t i = 0; i < size; i += 2) {
    const float share = static_cast<float>(i % head_size) / static_cast<float>(head_size);
    const float angle = static_cast<float>(position) / llama::pow(10000, share);
    const auto [sin, cos] = llama::sincos(angle);
    const float a = vector[i], b = vector[i + 1];
    vector[i] = a * cos - b * sin;
    vector[i + 1] = a * sin + b * cos;
  }
}

void attend(const Shape& shape, const Layer& layer, State& state, uint32_t position) {
  const uint32_t head_size = shape.dim / shape.heads, kv = kv_dim(shape);
  const float scale = 1 / llama::sqrt(static_cast<float>(head_size));
  for (uint32_t head = 0; head < shape.heads; ++head) {
    const uint32_t at = head / (shape.heads / shape.kv_heads) * head_size;
    const float* q = state.q + head * head_size;
    for (uint32_t t = 0; t <= position; ++t) {
      const float* key = layer.keys + t * kv + at;
      float score = 0;
      for (uint32_t i = 0; i < head_size; ++i) score += q[i] * key[i];
      state.scores[t] = score * scale;
    }
    soften(state.scores, position + 1);
    float* out = state.branch + head * head_size;
    std::fill(out, out + head_size, 0.f);
    for (uint32_t t = 0; t <= position; ++t) {
      const float* value = layer.values + t * kv + at;
      for (uint32_t i = 0; i < head_size; ++i) out[i] += state.scores[t] * value[i];
    }
  }
}

void run_layer(const Shape& shape, const Layer& layer, State& state, uint32_t position) {
  const uint32_t dim = shape.dim, hidden = shape.hidden_dim, kv = kv_dim(shape);
  float* key = layer.keys + size_t{position} * kv;
  normalize(state.branch, state.x, layer.attention_norm, dim);
  quantize(state.input, state.branch, dim);
  multiply(state.q, layer.wq, state.input, dim, dim);
  multiply(key, layer.wk, state.input, kv, dim);
  multiply(layer.values + size_t{position} * kv, layer.wv, state.input, kv, dim);
  turn(state.q, dim, dim / shape.heads, position);
  turn(key, kv, dim / shape.heads, position);
  attend(shape, layer, state, position);
  quantize(state.input, state.branch, dim);
  multiply(state.other, layer.wo, state.input, dim, dim);
  for (uint32_t i = 0; i < dim; ++i) state.x[i] += state.other[i];

  normalize(state.branch, state.x, layer.feed_forward_norm, dim);
  quantize(state.input, state.branch, dim);
  multiply(state.gate, layer.w1, state.input, hidden, dim);
  multiply(state.up, layer.w3, state.input, hidden, dim);
  for (uint32_t i = 0; i < hidden; ++i) {
    state.gate[i] *= state.up[i] / (1 + llama::exp(-state.gate[i]));
  }
  quantize(state.input, state.gate, hidden);
  multiply(state.other, layer.w2, state.input, dim, hidden);
  for (uint32_t i = 0; i < dim; ++i) state.x[i] += state.other[i];
}

}  // namespace

size_t bytes_needed(const Shape& shape) {
  Carver carver(nullptr);
  carve_state(shape, carver);
  for (uint32_t i = 0; i < shape.layers; ++i) carve_layer(shape, carver);
  return carver.used();
}

[[gnu::noinline]] uint32_t forward(const Shape& shape, std::span<std::byte> memory, uint32_t token,
                                   uint32_t position) {
  Carver carver(memory.data());
  State state = carve_state(shape, carver);
  const size_t row = size_t{token} * shape.dim;
  for (uint32_t i = 0; i < shape.dim; ++i) {
    // Only bytes_needed() carves without memory.
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
    state.x[i] = static_cast<float>(state.embedding.values[row + i]) *
                 state.embedding.scales[(row + i) / kGroup];
  }
  for (uint32_t i = 0; i < shape.layers; ++i) {
    run_layer(shape, carve_layer(shape, carver), state, position);
  }
  normalize(state.x, state.x, state.final_norm, shape.dim);
  quantize(state.input, state.x, shape.dim);
  multiply(state.logits, state.embedding, state.input, shape.vocabulary, shape.dim);
  const float* best = std::max_element(state.logits, state.logits + shape.vocabulary);
  return static_cast<uint32_t>(best - state.logits);
}

}  // namespace plain
