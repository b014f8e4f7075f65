// What quantizing costs in accuracy: perplexity of a text, by the type of weights and that of keys
// and values, on this machine (the board's is the same to the last bit).
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host-tools/support/interrupts.h"

namespace bench {

// A checkpoint of llama2.c in f32, which is converted to each type.
struct PerplexityModel {
  std::string name;
  std::filesystem::path checkpoint, tokenizer;
};

struct PerplexityFigures {
  std::string model, weights, kv;
  double perplexity = 0;
  uint64_t tokens = 0;
};

// Of all weight types and all types of keys and values. The text is 40 stories of the grammar that
// the default model learned from (`recipe` is models/recipe), by another seed than its corpus's.
// Throws host::Failure.
std::vector<PerplexityFigures> measure_perplexities(const std::vector<PerplexityModel>& models,
                                                    const std::filesystem::path& barellama,
                                                    const std::filesystem::path& recipe,
                                                    host::Interrupts& interrupts);

void print_perplexities(const std::vector<PerplexityFigures>& all);
nlohmann::ordered_json to_json(const PerplexityFigures& figures);

}  // namespace bench
