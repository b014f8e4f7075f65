#include "host-tools/model/type_choice.h"

#include "base/check.h"

namespace host {
namespace {

constexpr std::string_view kMixed = "mixed";

}  // namespace

std::vector<std::string> type_choice_names() {
  std::vector<std::string> names;
  for (const llama::WeightTraits* const traits : llama::weight_types()) {
    if (traits->dense == nullptr) names.emplace_back(traits->name);
  }
  names.emplace_back(kMixed);
  return names;
}

TypeChoice type_choice(std::string_view name) {
  if (name == kMixed) return {llama::WeightType::kQ4_0, llama::WeightType::kQ8_0};
  const llama::WeightTraits* const traits = llama::find_weight_type(name);
  CHECK(traits != nullptr);
  return {traits->type, traits->type};
}

}  // namespace host
