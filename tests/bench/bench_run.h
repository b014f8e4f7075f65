// What `bench` measures: its parts, and one run of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "host-tools/support/files.h"
#include "host-tools/support/interrupts.h"
#include "tests/bench/seven_b.h"

namespace bench {

class Bench;

// A part that its flag chooses.
struct Part {
  const char* flag;
  const char* help;
  bool is_usual;  // measured when no part is named
  void (Bench::*measure)();
};

// The command line.
struct Options {
  std::vector<std::string> models;
  std::string kernel;
  std::optional<std::string> json, compare;
  std::string kv = "q8_0";
  uint32_t context = 0;
  std::string ram_mib;
  std::string vocabulary;
  std::vector<uint32_t> positions, prompts;
  bool functions = false, scopes = false, large = false;
  bool write_docs = false, write_pace = false, stored = false;
  std::vector<const Part*> parts;
  std::vector<std::tuple<std::string, std::string, std::string>> perplexity;
  SevenBOptions seven_b;
};

// All parts that have a flag of their own.
std::span<const Part> all_parts();

// One run: each part prints its tables and adds its figures to the JSON.
class Bench {
 public:
  // Keeps a reference to the options.
  explicit Bench(const Options& options) : options_(options) {}

  void measure_guest();
  void measure_core();
  void measure_rows();
  void measure_tokenizer();
  void measure_host();
  void measure_overlap();
  void measure_kernels();
  void measure_perplexity();
  void measure_places();
  // Measures what the pace is fitted to, or as much of it as is not stored, and fits it.
  void write_pace();
  // Returns the exit code.
  int measure_seven_b();

  // The figures of all parts that were measured.
  const nlohmann::ordered_json& json() const { return json_; }

 private:
  const std::vector<std::filesystem::path>& models();
  std::filesystem::path plugin() const { return programs_ / "libpi0_cycles.so"; }
  std::filesystem::path test_images() const {
    return std::filesystem::path(options_.kernel).parent_path() / "tests";
  }

  const Options& options_;
  host::Interrupts interrupts_;
  const host::TemporaryFolder folder_;
  const std::filesystem::path programs_ = host::program_folder();
  std::vector<std::filesystem::path> models_;
  nlohmann::ordered_json json_ = nlohmann::ordered_json::object();
};

}  // namespace bench
