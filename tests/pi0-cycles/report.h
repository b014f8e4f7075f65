// What a machine counted, for people and for programs.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "tests/pi0-cycles/machine.h"
#include "tests/pi0-cycles/symbols.h"

namespace pi0 {

std::string_view name_of(Cause cause);

// One JSON object: "settings", "total", "functions" with those that were executed, the most
// expensive first, and "scopes" in the order of their table. Keys are those of Counters;
// "cycles_by_cause" and "classes" have a key for each.
void print_json(const Machine& machine, const Symbols& symbols, std::FILE* out);
// A summary, and the `functions` most expensive functions.
void print_table(const Machine& machine, const Symbols& symbols, size_t functions, std::FILE* out);

}  // namespace pi0
