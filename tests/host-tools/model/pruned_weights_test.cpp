// Which weights pruning makes 0, by the definition: sort them all.
#include "host-tools/model/pruned_weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "host-tools/model/magnitudes.h"
#include "host-tools/support/files.h"
#include "tests/fakes/random_model.h"

namespace host {
namespace {

using llama::TensorRole;
using llama::WeightType;

constexpr TensorRole kFeedForward[] = {TensorRole::kW1, TensorRole::kW2, TensorRole::kW3};
constexpr TensorRole kAttention[] = {TensorRole::kWq, TensorRole::kWk, TensorRole::kWv,
                                     TensorRole::kWo};

bool is_one_of(TensorRole role, std::span<const TensorRole> roles) {
  return std::ranges::find(roles, role) != roles.end();
}

std::vector<float> weights_of(WeightReader& reader, const llama::Tensor& tensor) {
  std::vector<float> all(size_t{tensor.rows} * tensor.columns);
  reader.read_rows(tensor.key(), 0, all);
  return all;
}

// Makes all 0 that are not above the k-th smallest.
void prune_set(std::vector<float*>& set, double ratio) {
  const uint64_t k = share_of(ratio, set.size());
  if (k == 0) return;
  std::vector<float> sorted;
  for (const float* value : set) sorted.push_back(std::abs(*value));
  std::ranges::sort(sorted);
  for (float* value : set) {
    if (std::abs(*value) <= sorted[static_cast<size_t>(k - 1)]) *value = 0;
  }
}

struct Case {
  WeightType type;
  PruneOptions options;
};

class Pruning : public testing::TestWithParam<Case> {
 protected:
  static constexpr uint32_t kTileBytes = 4096;

  std::filesystem::path write(WeightType type, const char* name = "model.blm") {
    const auto path = folder_.path() / name;
    const auto bytes =
        tests::make_model(tests::small_config(), type, kTileBytes, 1, tests::Pruned::kNo);
    write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return path;
  }
  std::filesystem::path prune(const std::filesystem::path& from, const PruneOptions& options,
                              const char* name = "pruned.blm") {
    ModelWeights model(from);
    PrunedWeights pruned(model, options);
    const auto path = folder_.path() / name;
    write_model(pruned, model.tokenizer(),
                {.type = WeightType::kF32,
                 .keep_groups = true,
                 .leaves_out_zeros = [&](llama::TensorKey key) { return pruned.prunes(key); },
                 .tile_bytes = kTileBytes},
                path);
    counts_ = {pruned.tensors().begin(), pruned.tensors().end()};
    return path;
  }

  TemporaryFolder folder_;
  std::vector<PrunedTensor> counts_;
};

// All weights of a model by definition.
std::vector<std::vector<float>> expected_weights(ModelWeights& model, const PruneOptions& options) {
  std::vector<std::vector<float>> all;
  std::map<std::pair<uint32_t, uint32_t>, std::vector<float*>> sets;
  const auto tensors = model.file().tensors();
  for (const llama::Tensor& tensor : tensors) all.push_back(weights_of(model, tensor));
  for (uint32_t i = 0; i < tensors.size(); ++i) {
    const TensorRole role = tensors[i].role;
    const bool is_pruned =
        (options.tensors != PruneTensors::kAttention && is_one_of(role, kFeedForward)) ||
        (options.tensors != PruneTensors::kFeedForward && is_one_of(role, kAttention));
    if (!is_pruned) continue;
    for (size_t at = 0; at < all[i].size(); ++at) {
      const auto row = static_cast<uint32_t>(at / tensors[i].columns);
      const auto key = options.scope == PruneScope::kTensor ? std::pair(i, 0u)
                       : options.scope == PruneScope::kRow  ? std::pair(i, row)
                                                            : std::pair(uint32_t(role), 0u);
      sets[key].push_back(&all[i][at]);
    }
  }
  for (auto& [key, set] : sets) prune_set(set, options.ratio);
  return all;
}

TEST_P(Pruning, MakesTheSmallestMagnitudesOfEachSetZeroAndLeavesAllElse) {
  const auto [type, options] = GetParam();
  const auto path = write(type);
  ModelWeights model(path);
  const auto expected = expected_weights(model, options);
  ModelWeights written(prune(path, options));
  const auto tensors = written.file().tensors();
  ASSERT_EQ(tensors.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(weights_of(written, tensors[i]), expected[i])
        << llama::name_of(tensors[i].role) << ", layer " << tensors[i].layer;
  }
}

TEST_P(Pruning, CountsEachWeightOnce) {
  const auto [type, options] = GetParam();
  const auto path = write(type);
  ModelWeights model(path);
  const auto expected = expected_weights(model, options);
  prune(path, options);
  size_t at = 0;
  for (const PrunedTensor& one : counts_) {
    while (model.file().tensors()[at].role != one.tensor.role ||
           model.file().tensors()[at].layer != one.tensor.layer) {
      ++at;
    }
    const std::vector<float> before = weights_of(model, one.tensor);
    PruneCounts counts;
    for (size_t i = 0; i < before.size(); ++i) {
      const auto error = static_cast<double>(std::abs(before[i] - expected[at][i]));
      counts.largest_error = std::max(counts.largest_error, error);
      counts.error_sum += error;
    }
    EXPECT_EQ(one.counts.weights, before.size());
    EXPECT_EQ(one.counts.zeros_before, size_t(std::ranges::count(before, 0.0f)));
    EXPECT_EQ(one.counts.zeros, size_t(std::ranges::count(expected[at], 0.0f)));
    EXPECT_EQ(one.counts.largest_error, counts.largest_error);
    EXPECT_NEAR(one.counts.error_sum, counts.error_sum, 1e-9 * counts.error_sum);
  }
  EXPECT_GT(counts_.size(), 0u);
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const WeightType type : {WeightType::kF32, WeightType::kQ8_0, WeightType::kQ4_0}) {
    for (const PruneScope scope : {PruneScope::kTensor, PruneScope::kRow, PruneScope::kRole}) {
      cases.push_back({type, {0.4, PruneTensors::kAll, scope}});
    }
    cases.push_back({type, {0.3, PruneTensors::kFeedForward, PruneScope::kTensor}});
    cases.push_back({type, {0.6, PruneTensors::kAttention, PruneScope::kRole}});
    cases.push_back({type, {0, PruneTensors::kAll, PruneScope::kTensor}});
    cases.push_back({type, {1, PruneTensors::kFeedForward, PruneScope::kRow}});
  }
  return cases;
}

std::string name_of_case(const testing::TestParamInfo<Case>& info) {
  const auto& [type, options] = info.param;
  constexpr const char* kTensors[] = {"Ffn", "Attention", "All"};
  constexpr const char* kScopes[] = {"Tensor", "Row", "Role"};
  return llama::name_of(type) + std::string(kTensors[static_cast<size_t>(options.tensors)]) +
         kScopes[static_cast<size_t>(options.scope)] +
         std::to_string(static_cast<int>(100 * options.ratio));
}

INSTANTIATE_TEST_SUITE_P(Models, Pruning, testing::ValuesIn(all_cases()), name_of_case);

// A masked model again: what it has kept is kept, and pruned at the same ratio it stays as it is.
TEST_F(Pruning, OfAPrunedModelCountsItsZeros) {
  const PruneOptions options{0.5, PruneTensors::kAll, PruneScope::kTensor};
  for (const WeightType type : {WeightType::kQ8_0, WeightType::kQ4_0}) {
    const auto once = prune(write(type), options);
    const std::vector<PrunedTensor> first = counts_;
    const auto twice = prune(once, options, "twice.blm");
    ASSERT_EQ(counts_.size(), first.size());
    for (size_t i = 0; i < first.size(); ++i) {
      EXPECT_EQ(counts_[i].counts.zeros_before, first[i].counts.zeros);
      EXPECT_EQ(counts_[i].counts.zeros, first[i].counts.zeros);
    }
    EXPECT_EQ(read_file(twice), read_file(once));
  }
}

}  // namespace
}  // namespace host
