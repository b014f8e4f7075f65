// Keys and values of all positions so far, of all layers: what attention looks back at.
#pragma once

#include <cstdint>
#include <span>

#include "base/arena.h"
#include "base/status.h"
#include "llama/config.h"

namespace llama {

class KvCache {
 public:
  // Room for `positions` positions, under the tag "kv cache".
  static base::Result<KvCache> create(const ModelConfig& config, uint32_t positions,
                                      base::Arena& arena);
  static uint64_t bytes_per_position(const ModelConfig& config);

  uint32_t positions() const { return positions_; }

  // Keeps key and value, each (n_kv_heads, head_size), of one position of one layer.
  void store(uint32_t layer, uint32_t position, std::span<const float> key,
             std::span<const float> value);

  // The first `count` keys or values of one head: (count, head_size), one after the other, so that
  // a head's attention reads one linear stream.
  std::span<const float> keys(uint32_t layer, uint32_t kv_head, uint32_t count) const;
  std::span<const float> values(uint32_t layer, uint32_t kv_head, uint32_t count) const;

 private:
  size_t head_offset(uint32_t layer, uint32_t kv_head) const {
    return (size_t{layer} * n_kv_heads_ + kv_head) * positions_ * head_size_;
  }

  std::span<float> keys_;  // (n_layers, n_kv_heads, positions, head_size)
  std::span<float> values_;
  uint32_t positions_ = 0;
  uint32_t n_kv_heads_ = 0;
  uint32_t head_size_ = 0;
};

}  // namespace llama
