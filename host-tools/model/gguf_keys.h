// The values that an architecture's GGUF files have under its name, "llama.rope.freq_base": which
// of them barellama understands.
#pragma once

#include <string>
#include <string_view>

#include "host-tools/model/gguf.h"

namespace host {

// "rope.freq_base" of the architecture "llama" is "llama.rope.freq_base".
std::string key_of(std::string_view architecture, std::string_view value);

// Throws Failure with the key's name: a value that is not known and so may change what the model
// computes, or one that says that it computes something else than is run here.
void check_keys(const Gguf& gguf, std::string_view architecture);

}  // namespace host
