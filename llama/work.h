// What a pass is made of: how often it does each thing of which a core's time is known by the piece
// (llama/pace/pace.h). Counted from a model's configuration and directory alone.
//
// A matrix is gone over once for each *loop*: one for four columns (of two or three, too, unless
// they are floats), or one for a single column (llama/kernels). Attention's products are such loops
// over cached keys and values, with the heads that share them as columns.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/format.h"
#include "llama/kernels/attention.h"
#include "llama/model/model_file.h"
#include "llama/pace/pace.h"

namespace llama {

// Names are those of Pace's values.
enum class Work : uint8_t {
  kPass,             // "pass": passes
  kToken,            // "token": of a pass
  kChosen,           // "chosen": tokens that are chosen of logits, and printed
  kLogit,            // "logit"
  kLayer,            // "layer"
  kLayerToken,       // "layer.token": tokens times layers
  kNormed,           // "normed": values of the residual stream, of each layer; and those that
                     // norms of heads and biases change
  kGated,            // "gated": values of the feed-forward layer
  kTurned,           // "turned": values of queries and keys
  kPrepared,         // "prepared": activations quantized
  kFetched,          // "fetched": bytes of a column, of each loop over a run of tiles
  kFetchedFour,      // "fetched.4": of four columns, of each piece of a run that fetches them
  kRow,              // "row": sums
  kRun,              // "run": loops over a run of tiles
  kScore,            // "score": positions that heads look back at
  kHead,             // "head": of queries
  kKvHead,           // "kv.head"
  kUnmasked,         // "unmasked": steps of masked_step(), of each loop
  kUnmaskedFetched,  // "unmasked.fetched": bytes of wide columns, of each row group
  kChecked,          // "checked": bytes that come from the card
  kRead,             // "read": bytes of weights, keys and values, of each loop
};
constexpr size_t kWorkKinds = static_cast<size_t>(Work::kRead) + 1;

// Of cached keys and values of a type: "kv.f32.1" and so on.
enum class KvWork : uint8_t {
  kOne,   // "1": values that loops over one column multiply
  kFour,  // "4": that loops over four do
  kKept,  // "kept": values that are stored
};
constexpr size_t kKvWorkKinds = 3;

// Of weights of a type: "q8_0.1" and so on.
enum class WeightWork : uint8_t {
  kOne,   // "1": weights that loops over one column multiply
  kFour,  // "4": that loops over four do
  kByte,  // "byte": bytes, of each pass: of types without "read"
};
constexpr size_t kWeightWorkKinds = 3;
constexpr size_t kMostWeightTypes = 8;

class WorkCounts {
 public:
  static constexpr size_t kSize =
      kWorkKinds + kKvTypeCount * kKvWorkKinds + kMostWeightTypes * kWeightWorkKinds;

  double& at(Work work) { return counts_[static_cast<size_t>(work)]; }
  double& at(KvType type, KvWork work) {
    return counts_[kWorkKinds + static_cast<size_t>(type) * kKvWorkKinds +
                   static_cast<size_t>(work)];
  }
  // `slot`: of the type in weight_types().
  double& at(size_t slot, WeightWork work) {
    return counts_[kFirstWeights + slot * kWeightWorkKinds + static_cast<size_t>(work)];
  }
  std::span<const double> all() const { return counts_; }
  void add(const WorkCounts& counts) {
    for (size_t i = 0; i < kSize; ++i) counts_[i] += counts.counts_[i];
  }
  void scale(double factor) {
    for (double& count : counts_) count *= factor;
  }

  // Of the kind with this index in all(), which some type of the program has; otherwise nothing.
  static void print_name(size_t index, base::TextSink& out);

  double cycles(const Pace& pace) const;

 private:
  static constexpr size_t kFirstWeights = kWorkKinds + kKvTypeCount * kKvWorkKinds;

  std::array<double, kSize> counts_{};
};

// Of some of a model's matrices.
class MatrixWork {
 public:
  // Of which `streams` says that some tiles of the model do.
  void add(const Tensor& tensor, bool streams);
  void count(uint32_t columns, WorkCounts& counts) const;

 private:
  // What depends on how many columns there are, of masked types.
  struct Steps {
    double all = 0;      // of each loop
    double fetched = 0;  // bytes of all columns
  };
  static constexpr uint32_t kMostColumns = 8;  // that differ from one more

  struct OfType {
    double weights = 0;
    double bytes = 0;
    double fetched = 0;  // by a loop over one column
    double fetched_four = 0;
    double runs = 0;
    double prepared = 0;  // values of a column
    std::array<Steps, kMostColumns> steps{};
  };
  static void add_steps(const Tensor& tensor, OfType& type);

  std::array<OfType, kMostWeightTypes> types_{};  // as weight_types()
  double rows_ = 0;
};

// A layer's attention of one token that sees `seen` positions, itself among them.
void count_attention(const ModelConfig& config, KvType kv, uint32_t seen, WorkCounts& counts);

}  // namespace llama
