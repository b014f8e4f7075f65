#include "host-tools/report/summary.h"

#include <algorithm>

#include "base/check.h"

namespace host {
namespace {

constexpr std::string_view kRest = "rest";

class Adder {
 public:
  void add(const OperationTime& time) {
    if (time.layer != kNoLayer) {
      LayerTotal& layer = layers_[time.layer];
      layer.layer = time.layer;
      layer.ns += time.ns;
      layer.by_group[static_cast<size_t>(group_of(time.name))] += time.ns;
    }
    // The remainder of a layer is a remainder.
    if (time.name == kRest) {
      rest_ns_ += time.ns;
      return;
    }
    OperationTotal& total = totals_[time.name];
    total.name = time.name;
    total.ns += time.ns;
    total.count += time.count;
    for (const auto& [name, value] : time.counters) total.counters[name] += value;
  }

  void finish(Summary& summary) {
    summary.rest_ns += rest_ns_;
    for (auto& [name, total] : totals_) summary.operations.push_back(std::move(total));
    std::stable_sort(summary.operations.begin(), summary.operations.end(),
                     [](const OperationTotal& a, const OperationTotal& b) {
                       return a.ns != b.ns ? a.ns > b.ns : order_of(a.name) < order_of(b.name);
                     });
    for (const auto& [number, layer] : layers_) summary.layers.push_back(layer);
    summary.layers_have_groups = !layers_.empty();
  }

 private:
  std::map<std::string, OperationTotal> totals_;
  std::map<int, LayerTotal> layers_;
  uint64_t rest_ns_ = 0;
};

// Records of passes have the time of each layer, without its operations.
void add_layers_of_passes(const Answer& answer, Summary& summary) {
  for (const Pass& pass : answer.passes) {
    for (size_t i = 0; i < pass.layer_ns.size(); ++i) {
      if (i == summary.layers.size()) summary.layers.push_back({static_cast<int>(i), 0, {}});
      summary.layers[i].ns += pass.layer_ns[i];
    }
  }
}

}  // namespace

int64_t Summary::unaccounted_ns() const {
  uint64_t parts = rest_ns;
  for (const OperationTotal& operation : operations) parts += operation.ns;
  return static_cast<int64_t>(ns - parts);
}

Summary summarize(const Answer& answer) {
  CHECK(answer.has_times());
  Summary summary;
  Adder adder;
  for (const Pass& pass : answer.passes) {
    summary.tokens_computed += pass.columns;
    summary.pass_ns += pass.ns;
  }
  if (answer.profile) {
    summary.from_profile = true;
    summary.ns = answer.profile->ns;
    summary.rest_ns = answer.profile->rest_ns;
    for (const OperationTime& time : answer.profile->operations) adder.add(time);
  } else {
    summary.ns = summary.pass_ns;
    for (const Pass& pass : answer.passes) {
      summary.rest_ns += pass.rest_ns;
      for (const OperationTime& time : pass.operations) adder.add(time);
    }
  }
  adder.finish(summary);
  if (summary.layers.empty()) add_layers_of_passes(answer, summary);
  if (summary.tokens_computed == 0 && answer.end) {
    summary.tokens_computed = answer.end->prompt_tokens + answer.end->tokens;
  }
  return summary;
}

RecordCost record_cost(const Answer& answer) {
  if (!answer.end || answer.passes.empty()) return {};
  const AnswerEnd& end = *answer.end;
  const uint64_t prompt_end = answer.passes.front().position + end.prompt_tokens;
  // The record of a pass comes before the token is chosen: the prompt's are in first_us.
  const auto first = std::ranges::find_if(
      answer.passes, [&](const Pass& pass) { return pass.position >= prompt_end; });
  const uint64_t before = first == answer.passes.end() ? end.records_us : first->records_ns / 1000;
  RecordCost cost{.first_us = std::min(before, end.first_us), .rest_us = 0};
  if (end.records_us > before && end.total_us > end.first_us) {
    cost.rest_us = std::min(end.records_us - before, end.total_us - end.first_us);
  }
  return cost;
}

std::optional<double> tokens_per_second(const Answer& answer) {
  if (!answer.end || answer.end->tokens < 2 || answer.end->total_us <= answer.end->first_us) {
    return {};
  }
  const uint64_t us = answer.end->total_us - answer.end->first_us - record_cost(answer).rest_us;
  if (us == 0) return {};
  return static_cast<double>(answer.end->tokens - 1) * 1e6 / static_cast<double>(us);
}

}  // namespace host
