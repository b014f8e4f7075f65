#include "kernel/reports/json_text.h"

#include "llama/text/utf8.h"

namespace kernel {

void print_json_escaped(base::TextSink& out, std::string_view text) {
  while (!text.empty()) {
    const size_t length = llama::utf8_character_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(character.size());
    const auto code = static_cast<unsigned char>(character.front());
    if (length == 0) {
      out.write(llama::Utf8Stream::kReplacement);
    } else if (code == '"' || code == '\\') {
      out.write("\\");
      out.write(character);
    } else if (code < 0x20 || code == 0x7f) {
      base::print(out, "\\u{:04x}", unsigned{code});
    } else {
      out.write(character);
    }
  }
}

}  // namespace kernel
