// Standard output, where results go: what could not be written is a failure, never lost in silence.
#pragma once

#include <string_view>

namespace host {

// Before any file is opened: one that took the place of a closed standard stream would get what is
// printed. What is written to a closed one fails afterwards, too.
void keep_standard_streams();

// At once. Throws Failure when it cannot be written.
void write_output(std::string_view bytes);

// For what was printed with stdio or std::cout, at the program's end: the same.
void finish_output();

}  // namespace host
