// Small models with random weights that have a chat template: what they say is nonsense, how they
// are talked to is not.
#pragma once

#include <cstdint>
#include <vector>

#include "llama/model/config.h"

namespace fakes {

// ChatML's tokens in the models below.
inline constexpr int32_t kImStart = 259;
inline constexpr int32_t kImEnd = 260;

// The bytes of a .blm file of tests::small_config() with a context of `context`, whose vocabulary
// has ChatML's tokens; the same for the same arguments.
std::vector<std::byte> make_chat_model(uint32_t context,
                                       llama::ChatTemplate chat = llama::ChatTemplate::kChatMl);

}  // namespace fakes
