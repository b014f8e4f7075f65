// What the pace (llama/pace.h) is fitted to, and what it is checked with: small models in which one
// thing at a time is larger, and some that the fit does not see.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "llama/model/config.h"
#include "tests/bench/stretch_request.h"

namespace bench {

// Of tied classifiers; heads divide dim, and kv_heads the heads.
struct PaceShape {
  uint32_t dim, hidden_dim, layers, heads, kv_heads, vocabulary;
  uint32_t pruned = 0;  // percent of the weights of layers
};

struct PaceRun {
  PaceShape shape;
  const char* type;  // of the weights
  StretchRequest request;
  bool is_fitted = true;
};
std::span<const PaceRun> pace_runs();

llama::ModelConfig config_of(const PaceShape& shape);
// "192 x 512 x 2, 6/6 heads, 512 tokens": what a shape is called in figures.
std::string name_of(const PaceShape& shape);
// "story 127", "prompt": which tokens; with ", 0.5 MiB" if the memory is small.
std::string name_of(const StretchRequest& request);

// With random weights.
void write_pace_model(const PaceShape& shape, const std::string& type,
                      const std::filesystem::path& path);

}  // namespace bench
