#include "host-tools/model/pruned_weights.h"

#include <algorithm>
#include <cmath>

#include "base/align.h"
#include "base/check.h"
#include "host-tools/model/magnitudes.h"
#include "host-tools/support/interrupts.h"
#include "host-tools/support/progress.h"
#include "llama/kernels/masked_rows.h"
#include "llama/kernels/math.h"

namespace host {
namespace {

using llama::Tensor;
using llama::TensorRole;

bool is_pruned(TensorRole role, PruneTensors tensors) {
  switch (role) {
    case TensorRole::kW1:
    case TensorRole::kW2:
    case TensorRole::kW3:
      return tensors != PruneTensors::kAttention;
    case TensorRole::kWq:
    case TensorRole::kWk:
    case TensorRole::kWv:
    case TensorRole::kWo:
      return tensors != PruneTensors::kFeedForward;
    default:
      return false;
  }
}

// The k-th smallest of a row, and all like it, are below what this returns; 0 prunes none.
uint32_t row_threshold(std::span<const float> values, double ratio) {
  const uint64_t k = share_of(ratio, values.size());
  if (k == 0) return 0;
  std::vector<uint32_t> bits(values.size());
  std::ranges::transform(values, bits.begin(), magnitude_bits);
  const auto kth = bits.begin() + static_cast<ptrdiff_t>(k - 1);
  std::ranges::nth_element(bits, kth);
  return *kth + 1;
}

// What a tile of f32 would take with masks: PrunedTensor::masked_bytes. `rows` (rows, columns).
uint64_t masked_f32_bytes(std::span<const float> rows, uint32_t columns) {
  constexpr uint64_t kMaskBytes = llama::kRowsPerGroup * sizeof(uint32_t);
  const auto count = static_cast<uint32_t>(rows.size() / columns);
  uint64_t blocks = 0, bytes = 0;
  for (uint32_t row = 0; row < count; row += llama::kRowsPerGroup) {
    const uint32_t end = std::min(row + llama::kRowsPerGroup, count);
    for (uint32_t column = 0; column < columns; column += llama::kColumnsPerGroup) {
      const uint32_t width = std::min(llama::kColumnsPerGroup, columns - column);
      uint64_t kept = 0;
      for (uint32_t r = row; r < end; ++r) {
        const auto part = rows.subspan(size_t{r} * columns + column, width);
        kept += part.size() - static_cast<uint64_t>(std::ranges::count(part, 0.0f));
      }
      ++blocks;
      bytes += std::min(kMaskBytes + kept * sizeof(float),
                        uint64_t{width} * llama::kRowsPerGroup * sizeof(float));
    }
  }
  return base::round_up<uint64_t>(bytes + llama::bytes_besides_masked_blocks(blocks),
                                  llama::kTileAlignment);
}

}  // namespace

PruneCounts& PruneCounts::operator+=(const PruneCounts& other) {
  weights += other.weights;
  zeros_before += other.zeros_before;
  zeros += other.zeros;
  largest_error = std::max(largest_error, other.largest_error);
  error_sum += other.error_sum;
  return *this;
}

PrunedWeights::PrunedWeights(ModelWeights& weights, const PruneOptions& options)
    : weights_(weights), options_(options) {
  for (const Tensor& tensor : weights.file().tensors()) {
    if (!is_pruned(tensor.role, options.tensors)) continue;
    pruned_.push_back({.tensor = tensor, .counts = {}});
  }
  work_.resize(pruned_.size());
  if (options.scope != PruneScope::kRow && options.ratio > 0) choose_thresholds();
}

// A threshold for each tensor, or for those of a role together.
void PrunedWeights::choose_thresholds() {
  std::vector<std::vector<size_t>> sets;
  uint64_t all_rows = 0;
  for (size_t i = 0; i < pruned_.size(); ++i) {
    all_rows += 2 * uint64_t{pruned_[i].tensor.rows};
    const auto same_role = std::ranges::find_if(sets, [&](const std::vector<size_t>& set) {
      return pruned_[set.front()].tensor.role == pruned_[i].tensor.role;
    });
    if (options_.scope == PruneScope::kRole && same_role != sets.end()) {
      same_role->push_back(i);
    } else {
      sets.push_back({i});
    }
  }
  Interrupts interrupts;
  Progress progress("choosing", all_rows);
  uint64_t rows_done = 0;
  std::vector<float> rows;
  for (const std::vector<size_t>& set : sets) {
    uint64_t weights = 0;
    for (const size_t i : set)
      weights += uint64_t{pruned_[i].tensor.rows} * pruned_[i].tensor.columns;
    const uint64_t k = share_of(options_.ratio, weights);
    if (k == 0) continue;
    const uint32_t kth = kth_smallest_magnitude(k, [&](const auto& take) {
      for (const size_t i : set) {
        const Tensor& tensor = pruned_[i].tensor;
        for (uint32_t tile = 0; tile < tensor.tile_count; ++tile) {
          interrupts.check();
          rows.resize(size_t{tensor.rows_in_tile(tile)} * tensor.columns);
          weights_.read_rows(tensor.key(), tile * tensor.rows_per_tile, rows);
          take(rows);
          progress.update(rows_done += tensor.rows_in_tile(tile));
        }
      }
    });
    for (const size_t i : set) work_[i].below = kth + 1;
  }
}

std::optional<size_t> PrunedWeights::index_of(llama::TensorKey key) const {
  for (size_t i = 0; i < pruned_.size(); ++i) {
    const Tensor& tensor = pruned_[i].tensor;
    if (tensor.role == key.role && tensor.layer == key.layer && tensor.expert == key.expert) {
      return i;
    }
  }
  return std::nullopt;
}

uint32_t PrunedWeights::take_row(size_t index, uint32_t row, std::span<const float> values) {
  Work& work = work_[index];
  const uint32_t below =
      options_.scope == PruneScope::kRow ? row_threshold(values, options_.ratio) : work.below;
  if (row != work.rows_read) return below;
  ++work.rows_read;
  PruneCounts& counts = pruned_[index].counts;
  counts.weights += values.size();
  for (const float value : values) {
    const uint32_t bits = magnitude_bits(value);
    if (bits == 0) ++counts.zeros_before;
    if (bits == 0 || bits < below) ++counts.zeros;
    if (bits >= below) continue;
    const auto error = static_cast<double>(std::abs(value));
    counts.largest_error = std::max(counts.largest_error, error);
    counts.error_sum += error;
  }
  return below;
}

void PrunedWeights::read_rows(llama::TensorKey key, uint32_t first_row, std::span<float> out) {
  weights_.read_rows(key, first_row, out);
  const auto index = index_of(key);
  if (!index) return;
  PrunedTensor& pruned = pruned_[*index];
  const uint32_t columns = pruned.tensor.columns;
  const bool is_new = first_row == work_[*index].rows_read;
  uint32_t row = first_row;
  for (size_t at = 0; at < out.size(); at += columns, ++row) {
    const auto values = out.subspan(at, columns);
    const uint32_t below = take_row(*index, row, values);
    for (float& value : values) {
      if (magnitude_bits(value) < below) value = 0;
    }
  }
  if (is_new && pruned.tensor.type == llama::WeightType::kF32) {
    pruned.masked_bytes += masked_f32_bytes(out, columns);
  }
}

void PrunedWeights::read_groups(llama::TensorKey key, uint32_t first_row,
                                std::span<WeightGroup> out) {
  weights_.read_groups(key, first_row, out);
  const auto index = index_of(key);
  if (!index) return;
  const uint32_t columns = pruned_[*index].tensor.columns;
  const size_t in_row = llama::column_groups(columns);
  std::vector<float> values(in_row * llama::kColumnsPerGroup);
  uint32_t row = first_row;
  for (size_t at = 0; at < out.size(); at += in_row, ++row) {
    const auto groups = out.subspan(at, in_row);
    auto value = values.begin();
    for (const WeightGroup& group : groups) {
      const float scale = llama::half_to_float(group.half_scale);
      for (const int8_t weight : group.weights) *value++ = scale * static_cast<float>(weight);
    }
    const uint32_t below = take_row(*index, row, std::span(values).first(columns));
    value = values.begin();
    for (WeightGroup& group : groups) {
      for (int8_t& weight : group.weights) {
        if (magnitude_bits(*value++) < below) weight = 0;
      }
    }
  }
}

}  // namespace host
