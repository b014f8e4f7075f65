// Two outputs of the bench (`--json`), older and newer.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace bench {

struct Change {
  std::string what;  // "stories15M-q8_0.blm, story"
  double old_cycles = 0, new_cycles = 0;

  double gain() const { return old_cycles / new_cycles - 1; }
  // More than 2 %: within that, a token differs from another by the text that it says.
  bool is_loss() const { return new_cycles > 1.02 * old_cycles; }
};

// Cycles per token, at 350 MB/s, of the models and stretches that both have.
std::vector<Change> compare(const nlohmann::json& older, const nlohmann::json& newer);

// Prints a line for each; false when one is a loss, or when there is nothing to compare.
bool print_changes(const std::vector<Change>& changes);

}  // namespace bench
