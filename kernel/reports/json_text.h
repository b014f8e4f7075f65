// Text within JSON.
#pragma once

#include <string_view>

#include "base/format.h"

namespace kernel {

// `text` as the inside of a JSON string; bytes that are not UTF-8 become U+FFFD.
void print_json_escaped(base::TextSink& out, std::string_view text);

}  // namespace kernel
