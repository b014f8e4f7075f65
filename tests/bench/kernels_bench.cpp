// The parts that a token's time consists of, each alone, on this machine.
//
//   kernels_bench [--benchmark_filter=REGEX] [--benchmark_format=json]
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "base/crc32c.h"
#include "host-tools/model/host_model.h"
#include "llama/kernels/kernels.h"
#include "llama/kernels/packed_rows.h"

namespace bench {
namespace {

using llama::WeightType;

// Values as those of a model: around zero, below one.
std::vector<float> random_values(size_t count) {
  std::mt19937 random(1);
  std::vector<float> values(count);
  for (float& value : values) {
    value = static_cast<float>(random() >> 8) / static_cast<float>(1 << 23) - 1.0f;
  }
  return values;
}

struct Matrix {
  Matrix(WeightType weight_type, uint32_t row_count, uint32_t column_count)
      : type(weight_type), rows(row_count), columns(column_count) {
    const llama::WeightTraits& traits = llama::traits_of(type);
    packed.resize(rows / llama::kRowsPerGroup *
                  static_cast<size_t>(traits.row_group_bytes(columns)));
    // Values below one are too large for no type.
    static_cast<void>(traits.pack(random_values(size_t{rows} * columns), columns, packed));
  }

  WeightType type;
  uint32_t rows, columns;
  std::vector<std::byte> packed;
};

// Some tokens' vectors, prepared, with the memory that they are in.
struct ColumnsOf {
  ColumnsOf(WeightType type, uint32_t count, uint32_t width)
      : values(random_values(size_t{count} * width)),
        prepared(llama::prepared_bytes(count, width)),
        columns{count, width, values, prepared} {
    llama::prepare_columns(type, columns);
  }

  std::vector<float> values;
  std::vector<std::byte> prepared;
  llama::Columns columns;
};

// Arguments: rows, columns, tokens.
void multiply_rows(benchmark::State& state, WeightType type) {
  const Matrix matrix(type, static_cast<uint32_t>(state.range(0)),
                      static_cast<uint32_t>(state.range(1)));
  const ColumnsOf input(type, static_cast<uint32_t>(state.range(2)), matrix.columns);
  std::vector<float> out(size_t{input.columns.count} * matrix.rows);
  for (auto _ : state) {
    llama::multiply_rows(type, matrix.packed, matrix.rows, input.columns, out.data(), matrix.rows);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1) * state.range(2));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(matrix.packed.size()));
}

// Matrices of stories15M (wq; w1; w2), rows as Llama-2-7B has them, and a prompt's eight tokens.
void shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Args({288, 288, 1})
      ->Args({768, 288, 1})
      ->Args({288, 768, 1})
      ->Args({256, 4096, 1})
      ->Args({288, 288, 8});
}
BENCHMARK_CAPTURE(multiply_rows, f32, WeightType::kF32)->Apply(shapes);
BENCHMARK_CAPTURE(multiply_rows, q8_0, WeightType::kQ8_0)->Apply(shapes);
BENCHMARK_CAPTURE(multiply_rows, q4_0, WeightType::kQ4_0)->Apply(shapes);

void prepare_columns(benchmark::State& state) {
  const ColumnsOf input(WeightType::kQ8_0, 1, static_cast<uint32_t>(state.range(0)));
  for (auto _ : state) {
    llama::prepare_columns(WeightType::kQ8_0, input.columns);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(prepare_columns)->Arg(288)->Arg(4096);

// A tile of weights, as it is checked when it is first read.
void crc32c(benchmark::State& state) {
  const std::vector<std::byte> tile(static_cast<size_t>(state.range(0)), std::byte{0x5a});
  for (auto _ : state) benchmark::DoNotOptimize(base::crc32c(tile));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(crc32c)->Arg(64 << 10);

void tokenizer_encode(benchmark::State& state) {
  host::HostModel host(BENCH_DEFAULT_MODEL, {});
  const llama::Tokenizer& tokenizer = host.model().tokenizer();
  std::string text;
  while (text.size() < 1024)
    text += "Once upon a time there was a little fox who lived in a wood. ";
  host::Memory memory(tokenizer.scratch_bytes(text.size()));
  base::Arena scratch(memory.span());
  std::vector<int32_t> ids(tokenizer.max_tokens(text.size()));
  size_t tokens = 0;
  for (auto _ : state) {
    const auto encoded = tokenizer.encode(text, llama::AddBos::kYes, scratch, ids);
    if (!encoded.ok()) return state.SkipWithError(encoded.status().text());
    tokens = encoded->size();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(tokens));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(text.size()));
}
BENCHMARK(tokenizer_encode);

}  // namespace
}  // namespace bench

BENCHMARK_MAIN();
