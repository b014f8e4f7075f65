#include "tests/bench/doc_tables.h"

#include <algorithm>

#include "host-tools/support/failure.h"
#include "tests/bench/doc_table_makers.h"

namespace bench {
namespace {

constexpr std::string_view kMark = "<!-- bench: ", kMarkEnd = " -->\n", kEnd = "<!-- end -->";

struct Place {
  std::string name;
  size_t begin = 0, end = 0;  // of the table's lines
};

std::vector<Place> find_places(std::string_view document) {
  std::vector<Place> places;
  size_t at = 0;
  while ((at = document.find(kMark, at)) != std::string_view::npos) {
    const size_t name = at + kMark.size();
    const size_t begin = document.find(kMarkEnd, name);
    const size_t end = document.find(kEnd, name);
    const size_t next = document.find(kMark, name);
    if (begin == std::string_view::npos || end == std::string_view::npos || next < end) {
      host::fail("the table at \"{}\" has no line \"{}\" after it", document.substr(at, 40), kEnd);
    }
    places.push_back(
        {std::string(document.substr(name, begin - name)), begin + kMarkEnd.size(), end});
    at = end;
  }
  return places;
}

std::string table(const std::string& name, const StoredFigures& figures) {
  const auto* const maker = std::ranges::find(kTableMakers, name, &TableMaker::name);
  if (maker == std::end(kTableMakers)) host::fail("bench makes no table \"{}\"", name);
  return maker->make(figures);
}

}  // namespace

std::vector<std::string> table_names() {
  std::vector<std::string> names;
  for (const TableMaker& maker : kTableMakers) names.emplace_back(maker.name);
  return names;
}

std::vector<std::string> places_in(std::string_view document) {
  std::vector<std::string> names;
  for (const Place& place : find_places(document)) names.push_back(place.name);
  return names;
}

std::string with_tables(std::string_view document, const StoredFigures& figures) {
  std::string made;
  size_t kept = 0;
  for (const Place& place : find_places(document)) {
    made += document.substr(kept, place.begin - kept);
    made += table(place.name, figures);
    kept = place.end;
  }
  made += document.substr(kept);
  return made;
}

}  // namespace bench
