// Rotary position embeddings (Su et al. 2021): the angles by which pairs of queries and keys turn.
#pragma once

#include <cstdint>
#include <span>

#include "base/arena.h"
#include "base/status.h"
#include "llama/model/config.h"

namespace llama {

class Rope {
 public:
  // Computes the frequencies once; arena tag "rope".
  static base::Result<Rope> create(const ModelConfig& config, base::Arena& arena);

  // turns[2i], turns[2i + 1] = cosine and sine of position * frequency i, times turn_factor().
  // turns is (head_size).
  void turns_at(uint32_t position, std::span<float> turns) const;

 private:
  std::span<float> frequencies_;  // (head_size / 2)
  float factor_ = 1;
};

}  // namespace llama
