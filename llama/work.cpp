#include "llama/work.h"

#include <algorithm>

#include "base/check.h"
#include "llama/kernels/masked_rows.h"

namespace llama {
namespace {

constexpr std::array<const char*, kWorkKinds> kNames = {"pass",
                                                        "token",
                                                        "chosen",
                                                        "logit",
                                                        "layer",
                                                        "layer.token",
                                                        "normed",
                                                        "gated",
                                                        "turned",
                                                        "prepared",
                                                        "fetched",
                                                        "fetched.4",
                                                        "row",
                                                        "run",
                                                        "score",
                                                        "head",
                                                        "kv.head",
                                                        "unmasked",
                                                        "unmasked.fetched",
                                                        "checked",
                                                        "read"};
constexpr std::array<const char*, kKvWorkKinds> kKvNames = {"1", "4", "kept"};
constexpr std::array<const char*, kWeightWorkKinds> kWeightNames = {"1", "4", "byte"};
constexpr size_t kLongestName = 32;

// Of the loops over four columns on the ARM1176 (groups_armv6.cpp): so many rows are a call, and
// columns of more bytes than this do not stay in the cache from one to the next.
constexpr uint32_t kRowsOfCall = 64;
constexpr double kKeptBytes = 9216;
// Columns of floats are gone over as a whole for each row group (f32_armv6.cpp). What is more than
// the cache leaves them is fetched again each time.
constexpr double kFloatsCacheBytes = 12288;
// All columns of a masked tile together, beside its dense blocks.
constexpr double kMaskedCacheBytes = 10240;

struct Loops {
  double ones;
  double fours;
};

// Prepared columns are filled up to four, but for a last single one.
Loops loops_over(uint32_t columns, bool are_prepared) {
  const uint32_t rest = columns % kPreparedTogether;
  const uint32_t fours = columns / kPreparedTogether;
  if (!are_prepared || rest <= 1) return {static_cast<double>(rest), static_cast<double>(fours)};
  return {0, static_cast<double>(fours + 1)};
}

size_t slot_of(WeightType type) {
  const auto types = weight_types();
  CHECK(types.size() <= kMostWeightTypes);
  size_t slot = 0;
  while (types[slot]->type != type) ++slot;
  return slot;
}

// Whether it is the first of a layer's matrices that multiplies with these activations.
bool prepares(TensorRole role) {
  return role != TensorRole::kWk && role != TensorRole::kWv && role != TensorRole::kW3;
}

// Of a type that the pace does not know: that of the dense type which it is made of, or the most
// that a type takes.
double cycles_of_type(const Pace& pace, const WeightTraits& traits, const char* kind) {
  char memory[kLongestName];
  base::TextBuffer name(memory);
  base::print(name, "{}.{}", traits.name, kind);
  if (const auto known = pace.cycles(name.view())) return *known;
  if (kind == kWeightNames[static_cast<size_t>(WeightWork::kByte)]) return 0;
  if (traits.dense != nullptr) return cycles_of_type(pace, *traits.dense, kind);
  return pace.most_cycles(name.view().substr(name.view().size() - 2));
}

}  // namespace

void WorkCounts::print_name(size_t index, base::TextSink& out) {
  if (index < kWorkKinds) return out.write(kNames[index]);
  if (index < kFirstWeights) {
    index -= kWorkKinds;
    return base::print(out, "kv.{}.{}", name_of(static_cast<KvType>(index / kKvWorkKinds)),
                       kKvNames[index % kKvWorkKinds]);
  }
  index -= kFirstWeights;
  const size_t slot = index / kWeightWorkKinds;
  if (slot >= weight_types().size()) return;
  base::print(out, "{}.{}", weight_types()[slot]->name, kWeightNames[index % kWeightWorkKinds]);
}

double WorkCounts::cycles(const Pace& pace) const {
  double sum = 0;
  for (size_t i = 0; i < kSize; ++i) {
    if (counts_[i] == 0) continue;
    if (i >= kFirstWeights) {
      const size_t slot = (i - kFirstWeights) / kWeightWorkKinds;
      sum += counts_[i] * cycles_of_type(pace, *weight_types()[slot],
                                         kWeightNames[(i - kFirstWeights) % kWeightWorkKinds]);
      continue;
    }
    char memory[kLongestName];
    base::TextBuffer name(memory);
    print_name(i, name);
    sum += counts_[i] * pace.cycles(name.view()).value_or(0);
  }
  return sum;
}

void MatrixWork::add(const Tensor& tensor, bool streams) {
  OfType& type = types_[slot_of(tensor.type)];
  const bool are_prepared = traits_of(tensor.type).holds_integers();
  // As Weights::run_at() hands them out.
  const uint32_t tiles = streams ? 1 : tensor.tiles_per_run;
  const double runs = base::divide_up(tensor.tile_count, tiles);
  const uint32_t rows = std::min(tensor.rows, tiles * tensor.rows_per_tile);
  const auto column_bytes =
      static_cast<double>(are_prepared ? column_groups(tensor.columns) * kPreparedGroupBytes
                                       : tensor.columns * sizeof(float));
  const double four_bytes = kPreparedTogether * column_bytes;
  type.weights += static_cast<double>(uint64_t{tensor.rows} * tensor.columns);
  type.bytes += static_cast<double>(tensor.bytes);
  type.runs += runs;
  if (are_prepared) {
    const uint32_t calls = four_bytes > kKeptBytes ? base::divide_up(rows, kRowsOfCall) : 1;
    // A column that stays in the cache is fetched only once.
    if (column_bytes > kKeptBytes) type.fetched += runs * column_bytes;
    type.fetched_four += runs * calls * four_bytes;
  } else {
    const double row_groups = base::divide_up(tensor.rows, kRowsPerGroup);
    const auto fetches = [&](double bytes) {
      const double again = std::clamp(bytes / kFloatsCacheBytes - 1, 0.0, 1.0);
      return runs + (row_groups - runs) * again;
    };
    type.fetched += fetches(column_bytes) * column_bytes;
    type.fetched_four += fetches(four_bytes) * four_bytes;
  }
  if (traits_of(tensor.type).has_own_sizes()) add_steps(tensor, type);
  if (are_prepared && prepares(tensor.role)) type.prepared += tensor.columns;
  rows_ += tensor.rows;
}

void MatrixWork::add_steps(const Tensor& tensor, OfType& type) {
  const uint32_t groups = column_groups(tensor.columns);
  const uint32_t row_groups = base::divide_up(tensor.rows_per_tile, kRowsPerGroup);
  const double column_bytes = groups * static_cast<double>(kPreparedGroupBytes);
  for (uint32_t columns = 1; columns <= kMostColumns; ++columns) {
    const MaskedStep step =
        masked_step(traits_of(tensor.type).dense->largest_block_bytes, columns, tensor.columns);
    const uint32_t steps =
        base::divide_up(row_groups, step.row_groups) * base::divide_up(groups, step.blocks);
    Steps& sum = type.steps[columns - 1];
    sum.all += static_cast<double>(uint64_t{tensor.tile_count} * steps);
    const double all_bytes = columns * column_bytes;
    if (all_bytes > kMaskedCacheBytes) sum.fetched += tensor.tile_count * row_groups * all_bytes;
  }
}

void MatrixWork::count(uint32_t columns, WorkCounts& counts) const {
  for (size_t slot = 0; slot < weight_types().size(); ++slot) {
    const OfType& type = types_[slot];
    const Loops loops = loops_over(columns, weight_types()[slot]->holds_integers());
    const double all = loops.ones + loops.fours;
    counts.at(slot, WeightWork::kOne) += loops.ones * type.weights;
    counts.at(slot, WeightWork::kFour) += loops.fours * type.weights;
    counts.at(slot, WeightWork::kByte) += type.bytes;
    // Making masked rows dense takes longer than reading them, which passes meanwhile.
    if (!weight_types()[slot]->has_own_sizes()) counts.at(Work::kRead) += all * type.bytes;
    counts.at(Work::kFetched) += loops.ones * type.fetched;
    counts.at(Work::kFetchedFour) += loops.fours * type.fetched_four;
    counts.at(Work::kRun) += all * type.runs;
    const Steps& steps = type.steps[std::min(columns, kMostColumns) - 1];
    counts.at(Work::kUnmasked) += all * steps.all;
    counts.at(Work::kUnmaskedFetched) += steps.fetched;
    counts.at(Work::kPrepared) += columns * type.prepared;
  }
  counts.at(Work::kRow) += columns * rows_;
}

void count_attention(const ModelConfig& config, KvType kv, uint32_t seen, WorkCounts& counts) {
  const uint32_t heads = config.n_heads / config.n_kv_heads;
  // Of f16, each head's products are loops of its own, and so are the mixes of f32.
  const Loops singly = {static_cast<double>(heads), 0};
  const Loops keys = kv == KvType::kF16 ? singly : loops_over(heads, kv == KvType::kQ8_0);
  const Loops values = kv == KvType::kQ8_0 ? keys : singly;
  const double kv_heads = config.n_kv_heads;
  // Blocks of q8_0 have 32 columns: of keys these are values, of values positions.
  const bool is_q8 = kv == KvType::kQ8_0;
  const uint32_t key_width =
      is_q8 ? base::round_up(config.head_size, kColumnsPerGroup) : config.head_size;
  const uint32_t mixed = is_q8 ? base::round_up(seen, kValuesPerGroup) : seen;
  const double key_values = kv_heads * key_width * base::round_up(seen, kKeysPerGroup);
  const double mixed_values = kv_heads * config.head_size * mixed;
  // Keys pass by once for each loop; a few values at a time stay in the cache for all heads.
  const double key_reads = keys.ones + keys.fours;
  const double value_reads = is_q8 ? key_reads : 1;
  counts.at(kv, KvWork::kOne) += keys.ones * key_values + values.ones * mixed_values;
  counts.at(kv, KvWork::kFour) += keys.fours * key_values + values.fours * mixed_values;
  counts.at(kv, KvWork::kKept) += 2.0 * config.kv_dim();
  counts.at(Work::kRead) +=
      kv_heads * (key_reads * static_cast<double>(keys_bytes(kv, seen, config.head_size)) +
                  value_reads * static_cast<double>(values_bytes(kv, seen, config.head_size)));
  counts.at(Work::kScore) += static_cast<double>(config.n_heads) * seen;
  counts.at(Work::kHead) += config.n_heads;
  counts.at(Work::kKvHead) += kv_heads;
}

}  // namespace llama
