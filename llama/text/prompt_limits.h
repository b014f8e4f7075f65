// What people may say to a board at once: what it has room for, what its settings take, and what
// plans and tools of the host count with.
#pragma once

#include <cstddef>

namespace llama {

constexpr size_t kMaxPromptBytes = 2048;
constexpr size_t kMaxSystemBytes = 1024;  // of a system prompt, which a chat begins with

}  // namespace llama
