// How long a prompt may be: what a board has room for, what its settings take, and what the plans
// and tools of the host assume.
#pragma once

#include <cstddef>

namespace llama {

constexpr size_t kMaxPromptBytes = 2048;
constexpr size_t kMaxSystemBytes = 1024;  // of a system prompt, which a chat begins with

}  // namespace llama
