// What other programs call the tensors of a model: a row for each role of
// llama/model/layer_table.h.
#pragma once

#include <string>

#include "llama/model/layer_table.h"

namespace host {

// Programs that store tensors by name.
enum class NamedBy : uint8_t { kGguf, kHuggingFace };

// The name of a tensor; "" if the program has none for it.
std::string stored_name(NamedBy program, llama::TensorRole role, uint32_t layer = 0);

}  // namespace host
