#include "llama/kv_cache.h"

#include "base/check.h"

namespace llama {

uint64_t KvCache::bytes_per_position(const ModelConfig& config) {
  return uint64_t{2} * config.n_layers * config.kv_dim() * sizeof(float);
}

base::Result<KvCache> KvCache::create(const ModelConfig& config, uint32_t positions,
                                      base::Arena& arena) {
  KvCache cache;
  const uint64_t count = uint64_t{config.n_layers} * config.kv_dim() * positions;
  TRY_ASSIGN(cache.keys_, arena.allocate<float>(count, "kv cache"));
  TRY_ASSIGN(cache.values_, arena.allocate<float>(count, "kv cache"));
  cache.positions_ = positions;
  cache.n_kv_heads_ = config.n_kv_heads;
  cache.head_size_ = config.head_size;
  return cache;
}

void KvCache::store(uint32_t layer, uint32_t position, std::span<const float> key,
                    std::span<const float> value) {
  CHECK(position < positions_);
  for (uint32_t head = 0; head < n_kv_heads_; ++head) {
    const size_t to = head_offset(layer, head) + size_t{position} * head_size_;
    const size_t from = size_t{head} * head_size_;
    for (uint32_t i = 0; i < head_size_; ++i) {
      keys_[to + i] = key[from + i];
      values_[to + i] = value[from + i];
    }
  }
}

std::span<const float> KvCache::keys(uint32_t layer, uint32_t kv_head, uint32_t count) const {
  return keys_.subspan(head_offset(layer, kv_head), size_t{count} * head_size_);
}

std::span<const float> KvCache::values(uint32_t layer, uint32_t kv_head, uint32_t count) const {
  return values_.subspan(head_offset(layer, kv_head), size_t{count} * head_size_);
}

}  // namespace llama
