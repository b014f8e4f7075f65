// The forward pass of a Llama (Touvron et al. 2023), for a few tokens at once.
//
//   x = embedding of each token                                           (columns, dim)
//   for each layer:
//     xb = rmsnorm(x);  q, k, v = wq xb, wk xb, wv xb;  turn q, k by position;  keep k, v
//     x += wo attention(q, keys, values)
//     xb = rmsnorm(x);  x += w2 swiglu(w1 xb, w3 xb)
//   logits = classifier rmsnorm(x)                                        (columns, vocab_size)
//
// Where a layer has biases, they are added to what their matrices give; where it has norms of
// queries and keys, each head goes through rmsnorm before it is turned (Qwen3).
//
// All tokens of a call go through a layer together, so that each weight is read once for all of
// them; every column's sums are those of a call of its own, bit for bit.
#pragma once

#include <cstdint>
#include <span>

#include "base/arena.h"
#include "base/clock.h"
#include "base/status.h"
#include "llama/kernels/kernels.h"
#include "llama/kernels/largest.h"
#include "llama/kv_cache.h"
#include "llama/model/model_file.h"
#include "llama/profiler.h"
#include "llama/rope.h"
#include "llama/weights/weights.h"

namespace llama {

// Asked often during a forward pass: should it stop? Also where a program can show progress. `done`
// of `total` counts matrices.
class Interrupt {
 public:
  virtual bool should_stop(uint32_t done, uint32_t total) = 0;

 protected:
  ~Interrupt() = default;
};

enum class Logits : uint8_t {
  kNone,  // of no column: a part of a prompt
  kLast,  // of the last column only
  kAll,   // of every column; needs Options::all_logits
};

class Transformer {
 public:
  struct Options {
    uint32_t context = 0;  // positions to have room for; 0: as many as the model was made for,
                           // but with a KV cache of at most half of the arena's room
    KvType kv = KvType::kF32;
    uint32_t max_columns = 8;  // tokens of one call, at most
    bool all_logits = false;
    Weights::Options weights;
  };

  // The context for a wish of `wished` positions (see Options::context) in `room` bytes.
  // kOutOfRange if the model was not made for that many, or looks back at fewer.
  static base::Result<uint32_t> decide_context(const ModelConfig& config, uint32_t wished,
                                               KvType kv, uint64_t room);

  // Takes arena room for the state, then plans the weights into the rest. With a measuring arena it
  // only measures. kOutOfMemory; kOutOfRange for a context longer than the model's.
  base::Status create(const ModelFile& file, WeightSource& source, base::Clock& clock,
                      base::Arena& arena, const Options& options);

  // Reads the pinned weights; before the first forward().
  base::Status load(LoadProgress* progress) { return weights_.load(progress); }

  // Runs `tokens` (1 to max_columns of them, each below vocab_size) at the positions that begin
  // with `position`. Returns logits (columns asked for, vocab_size), the caller's to change until
  // the next call. kCancelled when `interrupt` (may be null) said so, and whatever reading weights
  // returns; then the positions that begin with `position` hold nothing and may be run again.
  base::Result<std::span<float>> forward(std::span<const int32_t> tokens, uint32_t position,
                                         Logits logits, Interrupt* interrupt);

  // Of the logits that the last call returned, if they are of one token.
  const Largest& likeliest() const { return likeliest_; }

  // What the forward passes are charged to; may be null. Outlives them.
  void set_profiler(Profiler* profiler) {
    profiler_ = profiler;
    weights_.set_profiler(profiler);
  }

  // Weights::settle().
  void settle() { weights_.settle(); }

  const ModelConfig& config() const { return file_->config(); }
  uint32_t context() const { return cache_.positions(); }
  uint32_t max_columns() const { return options_.max_columns; }
  bool gives_all_logits() const { return options_.all_logits; }
  const Weights& weights() const { return weights_; }

 private:
  base::Status allocate_state(base::Arena& arena);
  base::Status embed(std::span<const int32_t> tokens);
  void set_turns(uint32_t position);
  base::Status attend(uint32_t layer, uint32_t position);
  base::Status feed_forward(uint32_t layer);
  base::Result<std::span<float>> classify(Logits logits);
  void turn_columns();
  void attend_columns(uint32_t layer, uint32_t position);
  void attend_column(uint32_t layer, uint32_t column, uint32_t position);
  void gate_columns();
  // out = rmsnorm(x), piece by piece of the norm's width; nothing for kAbsent.
  void normalize(std::span<float> out, std::span<const float> x, uint32_t norm_index);
  void add_bias(std::span<float> out, const Tensor& tensor);
  void add_residual(std::span<const float> branch);

  // What matrices are multiplied with: columns, and what the kernels make of them for a type of
  // weights, once for all matrices of that type. Only the input made last may be used: all share
  // `prepared_`.
  struct Input {
    Columns columns;
    WeightType prepared_for = WeightType::kF32;  // kF32: not prepared yet
  };
  // `values` is (columns, width).
  Input input_of(std::span<const float> values, uint32_t width) const;
  void prepare(Input& input, WeightType type);
  // out (columns, rows of the tensor) = the tensor times each column. `largest`, if not null, is
  // that of `out`, which is one column then.
  base::Status multiply(std::span<float> out, uint32_t tensor_index, Input& input,
                        Largest* largest = nullptr);

  // The columns of this call in a buffer, (columns_, width).
  std::span<float> columns_of(std::span<float> buffer, uint32_t width) const {
    return buffer.first(size_t{columns_} * width);
  }
  // Row `column` of a (columns, width) buffer.
  static std::span<float> row(std::span<float> buffer, uint32_t column, uint32_t width) {
    return buffer.subspan(size_t{column} * width, width);
  }

  const ModelFile* file_ = nullptr;
  Options options_;
  Weights weights_;
  KvCache cache_;
  Rope rope_;
  Profiler* profiler_ = nullptr;
  Interrupt* interrupt_ = nullptr;
  uint32_t columns_ = 0;  // of the call that runs
  uint32_t matrices_done_ = 0;
  Largest likeliest_;

  std::span<float> x_;             // (columns, dim)
  std::span<float> xb_;            // (columns, max(dim, q_dim)): inside a residual branch
  std::span<float> q_;             // (columns, q_dim), then wo's output (columns, dim)
  std::span<float> k_;             // (columns, kv_dim)
  std::span<float> v_;             // (columns, kv_dim)
  std::span<float> gate_;          // (columns, hidden_dim)
  std::span<float> up_;            // (columns, hidden_dim)
  std::span<float> turns_;         // (columns, head_size)
  std::span<float> scores_;        // (heads that share a KV head, context rounded up to 4)
  std::span<float> logits_;        // (columns or 1, vocab_size)
  std::span<std::byte> prepared_;  // an input's columns; within attention, its queries and weights
};

}  // namespace llama
