// The weights that a user asks for by name: those of one type, or "mixed".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "llama/kernels/weight_type.h"

namespace host {

struct TypeChoice {
  llama::WeightType type;
  llama::WeightType vocabulary_type;  // of the embedding table and the classifier
};

// The names of the weight types that leave nothing out (which pruning is for), and "mixed": q4_0,
// but embedding and classifier q8_0.
std::vector<std::string> type_choice_names();
// Of one of these names.
TypeChoice type_choice(std::string_view name);

}  // namespace host
