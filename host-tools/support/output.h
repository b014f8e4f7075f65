// Standard output, where results go: what could not be written is a failure, never lost in silence.
#pragma once

#include <string_view>

namespace host {

// At once. Throws Failure when it cannot be written.
void write_output(std::string_view bytes);

// For what was printed with stdio or std::cout, at the program's end: the same.
void finish_output();

}  // namespace host
