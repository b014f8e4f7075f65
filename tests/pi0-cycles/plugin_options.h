// The arguments of the plugin: NAME=VALUE each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/pi0-cycles/settings.h"

namespace pi0 {

// The count-th time that a function is entered, from 1 on.
struct Mark {
  std::string function;
  uint64_t count = 0;  // 0: none
};

// A table in the program's memory by which its own profiler charges the time: rows of cells, one
// for each scope. A store to a cell's first word says that what has passed since the last such
// store was that scope's, one to the word at `count_at` that the scope has begun.
struct ScopeTable {
  uint32_t address = 0;
  uint32_t cell_bytes = 0;
  uint32_t count_at = 0;
  uint32_t scopes = 0;  // in a row; 0: there is no table
  uint32_t rows = 0;

  uint32_t end() const { return address + cell_bytes * scopes * rows; }
};

struct PluginOptions {
  std::string out;    // JSON; empty: none
  std::string table;  // text; empty: none
  std::string elf;    // with the symbols of what is run; empty: no functions
  size_t functions = 40;
  std::vector<Settings> machines;  // one at least: a bandwidth each
  Mark from, to;                   // what is counted; all, by default
  ScopeTable scopes;
  uint64_t warm_up = ~uint64_t{0};  // entries of from's function before `from` that are modelled
};

// Throws std::runtime_error for what it does not understand.
PluginOptions parse_options(const std::vector<std::string>& arguments);

}  // namespace pi0
