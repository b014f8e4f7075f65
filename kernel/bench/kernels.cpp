// How many multiply-accumulates per second each matrix kernel does, with weights from SDRAM: a
// matrix of 1024 rows and 512 columns is larger than the caches in each type.
#include "llama/kernels/kernels.h"
#include "base/arena.h"
#include "base/check.h"
#include "base/crc32c.h"
#include "base/format.h"
#include "kernel/bench/bench.h"
#include "llama/work.h"

namespace kernel::bench {
namespace {

constexpr uint32_t kRows = 1024;
constexpr uint32_t kWidth = 512;
constexpr uint32_t kMostColumns = 8;

struct Operands {
  std::span<std::byte> weights;
  std::span<float> rows;  // not packed
  llama::Columns columns;
  std::span<float> out;
};

uint64_t most_packed_bytes() {
  uint64_t most = 0;
  for (const llama::WeightTraits* const traits : llama::weight_types()) {
    const uint64_t bytes = traits->packed_bytes(kRows, kWidth).most;
    most = bytes > most ? bytes : most;
  }
  return most;
}

// 0x3c as a float (0x3c3c3c3c) is 0.0115, as a scale small, as a weight 60: nothing overflows. Of a
// type that leaves out zeros, every other weight is one.
void fill_weights(const llama::WeightTraits& traits, const Operands& operands) {
  for (std::byte& byte : operands.weights) byte = std::byte{0x3c};
  if (traits.dense == nullptr) return;
  for (size_t i = 0; i < operands.rows.size(); ++i) {
    operands.rows[i] = i % 2 == 0 ? 0 : static_cast<float>(i % 61) / 64;
  }
  CHECK(traits.pack(operands.rows, kWidth, operands.weights));
}

base::Result<Operands> make_operands(base::Arena& arena) {
  constexpr uint64_t kValues = uint64_t{kMostColumns} * kWidth;
  Operands made{};
  TRY_ASSIGN(made.weights, arena.allocate<std::byte>(most_packed_bytes(), "weights"));
  TRY_ASSIGN(made.rows, arena.allocate<float>(uint64_t{kRows} * kWidth, "weights"));
  TRY_ASSIGN(const auto values, arena.allocate<float>(kValues, "columns"));
  TRY_ASSIGN(made.columns.prepared,
             arena.allocate<std::byte>(llama::prepared_bytes(kMostColumns, kWidth), "columns"));
  TRY_ASSIGN(made.out, arena.allocate<float>(uint64_t{kMostColumns} * kRows, "out"));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 61) / 64;
  made.columns.values = values;
  made.columns.width = kWidth;
  return made;
}

// What a weight costs beside its reading and what is done for rows and runs.
void pace_of_kernel(Context& context, size_t slot, uint64_t bytes, uint32_t count, double seconds) {
  const llama::WeightTraits& traits = *llama::weight_types()[slot];
  llama::Tensor tensor{};
  tensor.role = llama::TensorRole::kWk;  // of which no columns are prepared
  tensor.type = traits.type;
  tensor.rows = kRows;
  tensor.columns = kWidth;
  tensor.bytes = bytes;
  tensor.tile_bytes = static_cast<uint32_t>(tensor.bytes);
  tensor.rows_per_tile = kRows;
  tensor.tile_count = 1;
  llama::MatrixWork matrix;
  matrix.add(tensor, false);
  llama::WorkCounts work;
  matrix.count(count, work);
  double& weights = work.at(slot, count == 1 ? llama::WeightWork::kOne : llama::WeightWork::kFour);
  const double multiplied = weights;
  weights = 0;
  const double cycles = seconds * context.pace.pace().core_hz - work.cycles(context.pace.pace());
  char memory[32];
  base::TextBuffer name(memory);
  base::print(name, "{}.{}", traits.name, count == 1 ? 1 : llama::kPreparedTogether);
  context.pace.add(name.view(), cycles / multiplied);
}

// The check of what streams.
bool measure_check(Context& context, std::span<const std::byte> bytes) {
  uint32_t crc = 0;
  const auto seconds = seconds_a_call(context, [&] { crc = base::crc32c(bytes, crc); });
  if (!seconds) return false;
  const double bytes_per_s = static_cast<double>(bytes.size()) / *seconds;
  context.report.begin_group("checks");
  context.report.add("CRC-32C, from SDRAM", bytes_per_s / 1e6, "MB/s");
  context.pace.add("checked", context.pace.pace().core_hz / bytes_per_s);
  return true;
}

}  // namespace

bool measure_kernels(Context& context) {
  context.report.begin_group("multiply-accumulates (512 columns, weights from SDRAM)");
  base::Arena arena(context.room);
  auto operands = make_operands(arena);
  if (!operands.ok()) {
    context.report.note("too little memory");
    return true;
  }
  for (size_t slot = 0; slot < llama::weight_types().size(); ++slot) {
    const llama::WeightTraits* const traits = llama::weight_types()[slot];
    const llama::WeightType type = traits->type;
    fill_weights(*traits, *operands);
    const uint64_t bytes = traits->measure != nullptr
                               ? traits->measure(operands->weights, kRows, kWidth)
                               : traits->packed_bytes(kRows, kWidth).most;
    for (const uint32_t count : {uint32_t{1}, kMostColumns}) {
      operands->columns.count = count;
      llama::prepare_columns(type, operands->columns);
      const auto seconds = seconds_a_call(context, [&] {
        llama::multiply_rows(type, operands->weights, kRows, operands->columns,
                             operands->out.data(), kRows);
      });
      if (!seconds) return false;
      char memory[48];
      base::TextBuffer name(memory);
      base::print(name, "{}, {} token{}{}", traits->name, count, count == 1 ? "" : "s",
                  traits->has_fast_kernel() ? "" : " (reference)");
      context.report.add(name.view(), double{kRows} * kWidth * count / 1e6 / *seconds, "million/s");
      pace_of_kernel(context, slot, bytes, count, *seconds);
    }
  }
  return measure_check(context, operands->weights);
}

}  // namespace kernel::bench
