// How wide text is on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace host {

// Characters of several bytes, whatever else the user's language is. For all functions here, and
// for libedit.
void use_utf8();

std::wstring wide(std::string_view text);
// Of text without control characters, in columns.
size_t columns_of(std::string_view text);
// Of the terminal at standard output; 80 where that can't be known.
size_t terminal_columns();

}  // namespace host
