// The tables of docs/ and README.md, which are made of stored figures and never written by hand.
// Their places in a document are marked:
//
//   <!-- bench: rows -->
//   | columns | ...
//   <!-- end -->
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/stored_figures.h"

namespace bench {

// Files that have such places, as docs/ sees them.
constexpr const char* kDocumentsWithTables[] = {"../README.md", "measuring.md", "performance.md"};

// The names of all tables.
std::vector<std::string> table_names();

// The same document with each marked table renewed; all other text is kept. Throws host::Failure
// for a name that is not a table's, and for a place that has no end.
std::string with_tables(std::string_view document, const StoredFigures& figures);

// The names in a document's marks, in their order.
std::vector<std::string> places_in(std::string_view document);

}  // namespace bench
