#include "llama/rope.h"

#include "base/check.h"
#include "llama/kernels/math.h"
#include "llama/model/rope_scaling.h"

namespace llama {
base::Result<Rope> Rope::create(const ModelConfig& config, base::Arena& arena) {
  Rope rope;
  rope.factor_ = turn_factor(config);
  TRY_ASSIGN(rope.frequencies_, arena.allocate<float>(config.head_size / 2, "rope"));
  if (arena.is_measuring()) return rope;
  for (uint32_t i = 0; i < config.head_size / 2; ++i) {
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(config.head_size);
    rope.frequencies_[i] = scaled_frequency(config, i, 1.0f / pow(config.rope_base, exponent));
  }
  return rope;
}

void Rope::turns_at(uint32_t position, std::span<float> turns) const {
  CHECK(turns.size() == 2 * frequencies_.size());
  for (size_t i = 0; i < frequencies_.size(); ++i) {
    const SinCos turn = sincos(static_cast<float>(position) * frequencies_[i]);
    turns[2 * i] = turn.cos * factor_;
    turns[2 * i + 1] = turn.sin * factor_;
  }
}

}  // namespace llama
