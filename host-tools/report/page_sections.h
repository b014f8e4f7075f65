// The parts of a report's page, as HTML; each begins with its heading. A part whose records are
// missing is empty.
#pragma once

#include <string>
#include <vector>

#include "host-tools/report/summary.h"

namespace host {

// page_facts.cpp
std::string facts_section(const Answer& answer, const Summary& summary);

// page_times.cpp
std::string operations_section(const Answer& answer, const Summary& summary);
std::string layers_section(const Summary& summary);
std::string counters_section(const Summary& summary);

// page_passes.cpp
std::string tokens_section(const Answer& answer, const Summary& summary);
std::string card_section(const Answer& answer, const Summary& summary);

// page_memory.cpp
std::string memory_section(const Answer& answer);

// A table's row of finished cells.
std::string table_row(const std::vector<std::string>& cells, const std::string& css_class = {});
// Escape what they are given (a cell of the class "spare" is not shown on a phone); the last
// holds a picture, as it is.
std::string name_cell(const std::string& text, const std::string& remark = {});
std::string number_cell(const std::string& text, const std::string& css_class = {});
std::string picture_cell(const std::string& svg);

// One entry of a legend: a swatch of a class of page.css, and text.
struct LegendEntry {
  std::string css_class, text;
};
std::string legend(const std::vector<LegendEntry>& entries);

}  // namespace host
