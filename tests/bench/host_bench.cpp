#include "tests/bench/host_bench.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <optional>
#include <span>

#include "host-tools/support/failure.h"
#include "host-tools/support/subprocess.h"
#include "tests/bench/model_work.h"
#include "tests/bench/plain/fill.h"
#include "tests/bench/plain/plain_int8.h"

namespace bench {
namespace {

namespace fs = std::filesystem;

std::string read_to_end(const host::Descriptor& from) {
  std::string bytes;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(from.get(), buffer, sizeof buffer)) > 0;) {
    bytes.append(buffer, static_cast<size_t>(count));
  }
  return bytes;
}

// The statistics of one run, from the last line of its standard error.
nlohmann::json run_once(const fs::path& model, const fs::path& barellama) {
  host::Subprocess program({barellama.string(), "run", model.string(), "--prompt",
                            "Once upon a time", "--steps", std::to_string(HostFigures::kSteps),
                            "--temperature", "0", "--seed", "1", "--json"});
  program.close_input();
  // A story of kSteps tokens fits into a pipe, so that one stream can be read after the other.
  read_to_end(program.output());
  const std::string errors = read_to_end(program.errors());
  if (program.wait() != 0) host::fail("{}", errors);
  return nlohmann::json::parse(errors);
}

constexpr plain::Shape kPlainShape = {288, 768, 6, 6, 6, 32000, 256};  // stories15m

bool is_plain_shape(const ModelFacts& facts) {
  return facts.weight_type == "q8_0" && facts.config.dim == kPlainShape.dim &&
         facts.config.hidden_dim == kPlainShape.hidden_dim &&
         facts.config.n_layers == kPlainShape.layers &&
         facts.config.vocab_size == kPlainShape.vocabulary;
}

// Tokens/s of the plain model after the first one.
class PlainModel {
 public:
  PlainModel() : memory_(plain::bytes_needed(kPlainShape) / sizeof(Line)) { plain::fill(bytes()); }

  double run() {
    plain::forward(kPlainShape, bytes(), 1, 0);
    const auto begin = std::chrono::steady_clock::now();
    for (uint32_t position = 1; position < HostFigures::kSteps; ++position) {
      plain::forward(kPlainShape, bytes(), 1, position);
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return (HostFigures::kSteps - 1) / took.count();
  }

 private:
  struct alignas(32) Line {
    std::byte bytes[32];
  };
  std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(memory_)); }

  std::vector<Line> memory_;
};

// "AMD EPYC 7B13", by Linux.
std::string name_of_machine() {
  std::ifstream processors("/proc/cpuinfo");
  for (std::string line; std::getline(processors, line);) {
    const size_t value = line.find(": ");
    if (line.starts_with("model name") && value != std::string::npos) return line.substr(value + 2);
  }
  return "unknown";
}

double median_of(std::array<double, HostFigures::kRuns>& rates) {
  std::ranges::sort(rates);
  return rates[rates.size() / 2];
}

}  // namespace

HostFigures measure_host(const fs::path& model, const fs::path& barellama,
                         host::Interrupts& interrupts) {
  HostFigures figures;
  figures.model = model.filename().string();
  const ModelFacts facts = read_facts(model);
  figures.weight_type = facts.weight_type;
  figures.machine = name_of_machine();
  std::optional<PlainModel> plain;
  if (is_plain_shape(facts)) plain.emplace();
  std::array<double, HostFigures::kRuns> rates{}, plain_rates{};
  for (size_t i = 0; i < rates.size(); ++i) {
    interrupts.check();
    const nlohmann::json statistics = run_once(model, barellama);
    rates[i] = statistics.at("tokens_per_s");
    figures.tokens = statistics.at("tokens");
    if (plain) plain_rates[i] = plain->run();
  }
  figures.median = median_of(rates);
  figures.plain = median_of(plain_rates);
  figures.slowest = rates.front();
  figures.fastest = rates.back();
  return figures;
}

std::vector<KernelFigures> measure_kernels(const fs::path& program, host::Interrupts& interrupts) {
  const auto output =
      nlohmann::json::parse(host::run({program.string(), "--benchmark_format=json"}, interrupts));
  std::vector<KernelFigures> all;
  for (const auto& one : output.at("benchmarks")) {
    // Google Benchmark's own time unit is the nanosecond unless a benchmark says another.
    all.push_back({one.at("name"), one.at("cpu_time").get<double>() / 1e3,
                   one.value("items_per_second", 0.0), one.value("bytes_per_second", 0.0)});
  }
  return all;
}

void print_host(const std::vector<HostFigures>& all) {
  std::printf("\nThis machine: tokens/s after the first, %d runs of %u positions each\n",
              HostFigures::kRuns, HostFigures::kSteps);
  std::printf("%-24s %-5s %7s %10s %10s %10s %10s\n", "model", "type", "tokens", "median",
              "slowest", "fastest", "plain C++");
  for (const HostFigures& one : all) {
    std::printf("%-24s %-5s %7llu %10.1f %10.1f %10.1f", one.model.c_str(), one.weight_type.c_str(),
                static_cast<unsigned long long>(one.tokens), one.median, one.slowest, one.fastest);
    if (one.plain != 0) std::printf(" %10.1f (%.2f x)", one.plain, one.median / one.plain);
    std::printf("\n");
  }
}

void print_kernels(const std::vector<KernelFigures>& all) {
  std::printf("\nThis machine: kernels (items are multiply-accumulates, of texts tokens)\n");
  std::printf("%-36s %12s %14s %10s\n", "kernel", "us", "M items/s", "MB/s");
  for (const KernelFigures& one : all) {
    std::printf("%-36s %12.2f %14.1f %10.1f\n", one.name.c_str(), one.microseconds,
                one.items_per_second / 1e6, one.bytes_per_second / 1e6);
  }
}

nlohmann::ordered_json to_json(const HostFigures& figures) {
  return {{"model", figures.model},
          {"weight_type", figures.weight_type},
          {"machine", figures.machine},
          {"runs", HostFigures::kRuns},
          {"tokens", figures.tokens},
          {"tokens_per_s", figures.median},
          {"slowest_tokens_per_s", figures.slowest},
          {"fastest_tokens_per_s", figures.fastest},
          {"plain_tokens_per_s", figures.plain}};
}

nlohmann::ordered_json to_json(const KernelFigures& figures) {
  return {{"name", figures.name},
          {"microseconds", figures.microseconds},
          {"items_per_s", figures.items_per_second},
          {"bytes_per_s", figures.bytes_per_second}};
}

}  // namespace bench
