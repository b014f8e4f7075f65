// Magnitude pruning: the weights nearest to 0 of a model's matrices become 0, without training
// after it. The tensors of a .blm file as they are then, for write_model(), which leaves zeros out
// where that is shorter (llama/kernels/masked_rows.h).
//
// Of a set of n weights, that of `ratio * n` weights (rounded to a whole number, k) are pruned: all
// whose magnitude is not above the k-th smallest. Those that tie with it go as well, so more than k
// may be 0 then, and those that were 0 before count among the k. What a set is, the scope says.
// Integers are compared by their values, scale times integer; the scales stay. The same rule was
// used by Llama2.pi (Ding, 2024): per tensor for its int8, per role for its f32 models.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host-tools/model/model_weights.h"
#include "host-tools/model/weight_reader.h"

namespace host {

// Which matrices are pruned: w1, w2 and w3, or wq, wk, wv and wo, of each layer (and expert); or
// all of these. Embedding, classifier and norms never are.
enum class PruneTensors : uint8_t { kFeedForward, kAttention, kAll };

// What a threshold is for: a tensor, each of its rows, or all tensors of a role (w1 of every layer)
// together.
enum class PruneScope : uint8_t { kTensor, kRow, kRole };

struct PruneOptions {
  double ratio = 0;  // 0 to 1
  PruneTensors tensors = PruneTensors::kFeedForward;
  PruneScope scope = PruneScope::kTensor;
};

// What pruning made of weights.
struct PruneCounts {
  uint64_t weights = 0;
  uint64_t zeros_before = 0;
  uint64_t zeros = 0;
  double largest_error = 0;  // the largest magnitude that was pruned
  double error_sum = 0;      // of all magnitudes that were pruned

  double share_before() const { return of_all(static_cast<double>(zeros_before)); }
  double share() const { return of_all(static_cast<double>(zeros)); }
  double mean_error() const { return of_all(error_sum); }
  PruneCounts& operator+=(const PruneCounts& other);

 private:
  double of_all(double part) const {
    return weights == 0 ? 0 : part / static_cast<double>(weights);
  }
};

struct PrunedTensor {
  llama::Tensor tensor;  // as it is in the file that is read
  PruneCounts counts;
  // Of f32, which stays dense: what it would take if zeros were left out of it as they are of the
  // masked types (docs/format.md), with tiles of the rows that it is read in. 0 for other types.
  uint64_t masked_bytes = 0;
};

class PrunedWeights final : public WeightReader {
 public:
  // Finds the thresholds: reads the tensors twice, but not at all for PruneScope::kRow. It takes a
  // megabyte and a tile of memory, whatever the model's size. Throws Failure: damage, a signal.
  // `weights` outlives this.
  PrunedWeights(ModelWeights& weights, const PruneOptions& options);

  // Whether weights of this tensor may become 0.
  bool prunes(llama::TensorKey tensor) const { return index_of(tensor).has_value(); }
  // All of these, in the order of execution. Their counts are whole when each row has been read.
  std::span<const PrunedTensor> tensors() const { return pruned_; }

  const llama::ModelConfig& config() const override { return weights_.config(); }
  std::string description() const override { return weights_.description(); }
  bool has(llama::TensorKey tensor) const override { return weights_.has(tensor); }
  void read_rows(llama::TensorKey tensor, uint32_t first_row, std::span<float> out) override;
  std::optional<llama::WeightType> group_type(llama::TensorKey tensor) const override {
    return weights_.group_type(tensor);
  }
  void read_groups(llama::TensorKey tensor, uint32_t first_row,
                   std::span<WeightGroup> out) override;

 private:
  struct Work {
    uint32_t below = 0;      // magnitudes below these bits become 0 (kTensor, kRole)
    uint32_t rows_read = 0;  // and counted: a writer may read them again
  };
  // The index of a tensor in pruned_ and work_; nullopt if it is none of those.
  std::optional<size_t> index_of(llama::TensorKey tensor) const;
  void choose_thresholds();
  // Counts what becomes of a row, and returns its threshold as Work::below.
  uint32_t take_row(size_t index, uint32_t row, std::span<const float> values);

  ModelWeights& weights_;
  PruneOptions options_;
  std::vector<PrunedTensor> pruned_;
  std::vector<Work> work_;  // of each of these
};

}  // namespace host
