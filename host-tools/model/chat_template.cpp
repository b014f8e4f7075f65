#include "host-tools/model/chat_template.h"

#include <iterator>

namespace host {

const char* name_of(llama::ChatTemplate chat) {
  constexpr const char* kNames[] = {"none", "Llama 2", "Zephyr", "ChatML", "Llama 3", "Llama 3.1"};
  const auto index = static_cast<size_t>(chat);
  return index < std::size(kNames) ? kNames[index] : "unknown";
}

llama::ChatTemplate recognize_chat_template(std::string_view text) {
  const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
  if (has("<|im_start|>")) return llama::ChatTemplate::kChatMl;
  if (has("<|start_header_id|>")) {
    return has("Cutting Knowledge Date") ? llama::ChatTemplate::kLlama31
                                         : llama::ChatTemplate::kLlama3;
  }
  // Phi-3 has the same names of roles, but ends turns by <|end|>.
  if (has("<|user|>") && !has("<|end|>")) return llama::ChatTemplate::kZephyr;
  // Mistral's has [INST] alone, and other spaces around it.
  if (has("[INST]") && has("<<SYS>>")) return llama::ChatTemplate::kLlama2;
  return llama::ChatTemplate::kNone;
}

}  // namespace host
