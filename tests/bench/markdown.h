// Tables and numbers as documents show them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

class MarkdownTable {
 public:
  // The first `text_columns` are aligned left, all others right.
  MarkdownTable(size_t text_columns, std::vector<std::string> headings);

  // A row has as many cells as there are headings.
  void add(const std::vector<std::string>& cells);

  // Lines that end in a newline each.
  const std::string& text() const { return text_; }

 private:
  void add_line(const std::vector<std::string>& cells);

  size_t columns_;
  std::string text_;
};

constexpr const char* kNotMeasured = "–";

std::string with_commas(double value);             // 1234567.4 -> "1,234,567"
std::string decimals(double value, int places);    // (1.2345, 2) -> "1.23"
std::string three_digits(double value);            // 4.051 -> "4.05", 196.3 -> "196"
std::string percent(double part, int places = 1);  // 0.1234 -> "12.3 %"
std::string signed_percent(double part);           // 0.1234 -> "+12.3 %"
std::string code(const std::string& text);         // in backquotes

}  // namespace bench
