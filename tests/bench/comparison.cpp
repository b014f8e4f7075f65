#include "tests/bench/comparison.h"

#include <cstdio>

namespace bench {
namespace {

constexpr const char* kBandwidth = "350";

double cycles(const nlohmann::json& model, const char* stretch) {
  return model.at(stretch).at("cycles_per_token").at(kBandwidth);
}

}  // namespace

std::vector<Change> compare(const nlohmann::json& older, const nlohmann::json& newer) {
  std::vector<Change> changes;
  for (const nlohmann::json& old_model : older.at("guest")) {
    for (const nlohmann::json& new_model : newer.at("guest")) {
      if (old_model.at("model") != new_model.at("model")) continue;
      for (const char* stretch : {"story", "prompt"}) {
        if (!old_model.contains(stretch) || !new_model.contains(stretch)) continue;
        changes.push_back({.what = new_model.at("model").get<std::string>() + ", " + stretch,
                           .old_cycles = cycles(old_model, stretch),
                           .new_cycles = cycles(new_model, stretch)});
      }
    }
  }
  return changes;
}

bool print_changes(const std::vector<Change>& changes) {
  bool is_fine = !changes.empty();
  std::printf("\n%-40s %14s %14s %8s\n", "Cycles per token at 350 MB/s", "before", "now", "speed");
  for (const Change& change : changes) {
    std::printf("%-40s %14.0f %14.0f %+7.1f %%%s\n", change.what.c_str(), change.old_cycles,
                change.new_cycles, 100 * change.gain(), change.is_loss() ? "  LOSS" : "");
    if (change.is_loss()) is_fine = false;
  }
  return is_fine;
}

}  // namespace bench
