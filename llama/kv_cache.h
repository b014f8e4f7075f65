// Keys and values of all positions so far, of all layers: what attention reads.
#pragma once

#include <cstdint>
#include <span>

#include "base/arena.h"
#include "base/status.h"
#include "llama/kernels/attention.h"
#include "llama/model/config.h"

namespace llama {

class KvCache {
 public:
  // Room for `positions` positions, under the tag "kv cache".
  static base::Result<KvCache> create(const ModelConfig& config, uint32_t positions, KvType type,
                                      base::Arena& arena);
  // What `positions` positions take; keys are kept in groups of four.
  static uint64_t bytes(const ModelConfig& config, uint32_t positions, KvType type);

  uint32_t positions() const { return positions_; }
  KvType type() const { return type_; }

  // Keeps key and value, each (n_kv_heads, head_size), of one position of one layer.
  void store(uint32_t layer, uint32_t position, std::span<const float> key,
             std::span<const float> value);

  // All keys or values of one head of a layer, as llama/kernels/attention.h lays them out: one
  // linear stream.
  std::span<const std::byte> keys(uint32_t layer, uint32_t kv_head) const {
    return keys_of(layer, kv_head);
  }
  std::span<const std::byte> values(uint32_t layer, uint32_t kv_head) const {
    return values_of(layer, kv_head);
  }

 private:
  std::span<std::byte> keys_of(uint32_t layer, uint32_t kv_head) const {
    return keys_.subspan((size_t{layer} * n_kv_heads_ + kv_head) * head_keys_, head_keys_);
  }
  std::span<std::byte> values_of(uint32_t layer, uint32_t kv_head) const {
    return values_.subspan((size_t{layer} * n_kv_heads_ + kv_head) * head_values_, head_values_);
  }

  std::span<std::byte> keys_;  // (n_layers, n_kv_heads, head_keys_)
  std::span<std::byte> values_;
  KvType type_ = KvType::kF32;
  uint32_t positions_ = 0;
  uint32_t n_kv_heads_ = 0;
  uint32_t head_size_ = 0;
  size_t head_keys_ = 0;  // bytes of all keys of a head
  size_t head_values_ = 0;
};

}  // namespace llama
