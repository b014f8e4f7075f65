// How fast this machine runs a model, and the kernels that it consists of.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host-tools/support/interrupts.h"

namespace bench {

// `barellama run` with one thread, greedily, several times; of a model with the shape of stories15m
// in q8_0 in turn with the plain model (tests/bench/plain/plain_int8.h), as many positions each.
struct HostFigures {
  static constexpr int kRuns = 5;
  static constexpr uint32_t kSteps = 200;  // positions of each, the prompt's included

  std::string model;  // file name
  std::string weight_type;
  std::string machine;  // its processor's name
  uint64_t tokens = 0;  // that each run generated
  // After the first one: what a token costs once the prompt has been read.
  double median = 0, slowest = 0, fastest = 0;  // tokens/s
  double plain = 0;                             // median of the plain model; 0: not measured
};

// `barellama` is the program. Throws host::Failure with its message when it fails.
HostFigures measure_host(const std::filesystem::path& model, const std::filesystem::path& barellama,
                         host::Interrupts& interrupts);

// What `kernels_bench` measured, one entry per benchmark.
struct KernelFigures {
  std::string name;
  double microseconds;      // an iteration
  double items_per_second;  // multiply-accumulates or tokens; 0 if it counts none
  double bytes_per_second;
};
std::vector<KernelFigures> measure_kernels(const std::filesystem::path& program,
                                           host::Interrupts& interrupts);

void print_host(const std::vector<HostFigures>& all);
void print_kernels(const std::vector<KernelFigures>& all);
nlohmann::ordered_json to_json(const HostFigures& figures);
nlohmann::ordered_json to_json(const KernelFigures& figures);

}  // namespace bench
