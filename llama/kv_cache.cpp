#include "llama/kv_cache.h"

#include "base/align.h"
#include "base/check.h"

namespace llama {
namespace {

// Each head begins at a cache line, also where a position takes less.
size_t bytes_of_keys(const ModelConfig& config, uint32_t positions, KvType type) {
  return base::round_up<size_t>(keys_bytes(type, positions, config.head_size),
                                base::kCacheLineBytes);
}

size_t bytes_of_values(const ModelConfig& config, uint32_t positions, KvType type) {
  return base::round_up<size_t>(values_bytes(type, positions, config.head_size),
                                base::kCacheLineBytes);
}

}  // namespace

uint64_t KvCache::bytes(const ModelConfig& config, uint32_t positions, KvType type) {
  return uint64_t{config.n_layers} * config.n_kv_heads *
         (bytes_of_keys(config, positions, type) + bytes_of_values(config, positions, type));
}

base::Result<KvCache> KvCache::create(const ModelConfig& config, uint32_t positions, KvType type,
                                      base::Arena& arena) {
  KvCache cache;
  cache.head_keys_ = bytes_of_keys(config, positions, type);
  cache.head_values_ = bytes_of_values(config, positions, type);
  const uint64_t heads = uint64_t{config.n_layers} * config.n_kv_heads;
  TRY_ASSIGN(cache.keys_, arena.allocate<std::byte>(heads * cache.head_keys_, "kv cache"));
  TRY_ASSIGN(cache.values_, arena.allocate<std::byte>(heads * cache.head_values_, "kv cache"));
  cache.type_ = type;
  cache.positions_ = positions;
  cache.n_kv_heads_ = config.n_kv_heads;
  cache.head_size_ = config.head_size;
  return cache;
}

void KvCache::store(uint32_t layer, uint32_t position, std::span<const float> key,
                    std::span<const float> value) {
  CHECK(position < positions_);
  for (uint32_t head = 0; head < n_kv_heads_; ++head) {
    const size_t from = size_t{head} * head_size_;
    store_key(type_, keys_of(layer, head), position, key.subspan(from, head_size_));
    store_value(type_, values_of(layer, head), position, value.subspan(from, head_size_));
  }
}

}  // namespace llama
