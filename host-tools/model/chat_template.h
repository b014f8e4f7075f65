// Which chat template a model wants: recognised by the tokens in the text (Jinja) that comes with
// it.
#pragma once

#include <string_view>

#include "llama/model/config.h"

namespace host {

// "Llama 2", "ChatML"; "none".
const char* name_of(llama::ChatTemplate chat);

// kNone for any other text.
llama::ChatTemplate recognize_chat_template(std::string_view text);

}  // namespace host
