// What is being measured, for a person who waits.
#pragma once

#include <string>

namespace bench {

// A line on standard error, on a terminal only: in a file it would stand between the tables.
void announce(const std::string& line);

}  // namespace bench
