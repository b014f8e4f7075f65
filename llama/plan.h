// What a model takes of a board, and how fast it runs there, before anything is loaded.
//
// Memory is what the code that sets a model up takes of a measuring arena, so it is right to the
// byte. Time is an estimate: what a pass is made of (llama/work.h), at a board's pace
// (llama/pace/pace.h). The card sends what streams while the core multiplies, so a pass takes as
// long as the slower of the two; embedding rows that are not in memory come before.
#pragma once

#include <cstdint>

#include "base/arena.h"
#include "base/clock.h"
#include "base/format.h"
#include "base/status.h"
#include "llama/model.h"
#include "llama/pace/pace.h"
#include "llama/work.h"

namespace llama {

struct PassTime {
  double card_s;   // the card sends what streams
  double core_s;   // the core multiplies, and checks what came
  double row_s;    // the card sends embedding rows, and the core waits
  double total_s;  // of all

  bool card_is_limit() const { return card_s > core_s; }
  void add(const PassTime& time);
};

struct Plan {
  uint32_t context = 0;
  KvType kv = KvType::kF32;
  uint32_t columns = 0;  // tokens of a prompt that go through the model together

  // Bytes of memory. The sum of the parts is used_bytes.
  uint64_t ram_bytes = 0;
  uint64_t kv_bytes = 0;
  uint64_t state_bytes = 0;   // activations, logits, and what prompt and sampler need
  uint64_t buffer_bytes = 0;  // for what streams
  uint64_t table_bytes = 0;   // directory, tokenizer, norms, profile, the file's places on the card
  uint64_t pinned_bytes = 0;  // matrices
  uint64_t used_bytes = 0;
  uint64_t peak_bytes = 0;  // the arena's high-water mark

  // Bytes of matrices that a pass multiplies with, and that it streams; the classifier's are not
  // read for parts of a prompt. An embedding row costs row_bytes in reading.
  uint64_t matrix_bytes = 0;
  uint64_t streamed_bytes = 0;
  uint64_t streamed_classifier_bytes = 0;
  uint64_t row_bytes = 0;

  // Multiply-accumulates of a token in the layers' matrices and in the classifier, and in attention
  // for each position that it looks back at.
  uint64_t layer_macs = 0;
  uint64_t classifier_macs = 0;
  uint64_t attention_macs = 0;

  // Values of a token, of all layers, that biases are added to and norms of heads go over.
  uint64_t changed_values = 0;

  // What a pass does with them, and with its activations.
  ModelConfig config{};
  MatrixWork layers;
  MatrixWork classifier;

  // For the model that `opened` holds, its directory at least. `reserved_bytes` of `ram_bytes` are
  // taken by others, such as the file's list of extents. kOutOfMemory, as of Model::open(), if it
  // does not fit; kOutOfRange for a context that the model was not made for.
  static base::Result<Plan> make(const Model& opened, WeightSource& source, base::Clock& clock,
                                 uint64_t ram_bytes, uint64_t reserved_bytes,
                                 const Model::Options& options);

  // Of a pass with `tokens` tokens, the first of them at `position`: what its core does.
  WorkCounts work(uint32_t tokens, uint32_t position, Logits logits) const;
  PassTime time_of(const WorkCounts& work, const Pace& pace, uint32_t tokens, Logits logits) const;
  PassTime pass(const Pace& pace, uint32_t tokens, uint32_t position, Logits logits) const {
    return time_of(work(tokens, position, logits), pace, tokens, logits);
  }
  // Of a token with `position` before it.
  PassTime token(const Pace& pace, uint32_t position) const {
    return pass(pace, 1, position, Logits::kLast);
  }
  // Of a prompt, up to its last token's logits: passes of `columns` tokens, the first of them at
  // `position`.
  PassTime prompt(const Pace& pace, uint32_t tokens, uint32_t position = 0) const;

  uint64_t card_bytes_a_token() const { return streamed_bytes + row_bytes; }
};

// "12.3 of 496.0 MiB in use: KV cache ...; a token takes about 48.1 ms (20.8 tokens/s) at first,
// 61.2 ms (16.3) at the context's end, limited by the core": in one line.
void print_short(base::TextSink& out, const Plan& plan, const Pace& pace);

// "48.1 ms" or "1.25 s".
void print_time(base::TextSink& out, double seconds);

}  // namespace llama
