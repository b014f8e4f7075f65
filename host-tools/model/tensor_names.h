// What tables, and other programs, call the tensors of a model: of those, a row for each role of
// llama/model/layer_table.h.
#pragma once

#include <string>

#include "llama/model/layer_table.h"

namespace host {

// What tables call it: "w1", or of several experts "w1 2".
std::string title_of(llama::TensorKey tensor);

// Programs that store tensors by name.
enum class NamedBy : uint8_t { kGguf, kHuggingFace };

// The name of a tensor; "" if the program has none for it.
std::string stored_name(NamedBy program, llama::TensorRole role, uint32_t layer = 0);

}  // namespace host
