#include "tests/bench/markdown.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "base/check.h"

namespace bench {

MarkdownTable::MarkdownTable(size_t text_columns, std::vector<std::string> headings)
    : columns_(headings.size()) {
  add_line(headings);
  std::vector<std::string> rules;
  for (size_t i = 0; i < columns_; ++i) rules.emplace_back(i < text_columns ? "---" : "---:");
  add_line(rules);
}

void MarkdownTable::add(const std::vector<std::string>& cells) {
  CHECK(cells.size() == columns_);
  add_line(cells);
}

void MarkdownTable::add_line(const std::vector<std::string>& cells) {
  for (const std::string& cell : cells) text_ += "| " + cell + " ";
  text_ += "|\n";
}

std::string decimals(double value, int places) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", places, value);
  return text.data();
}

std::string with_commas(double value) {
  std::string text = decimals(value, 0);
  const size_t first = text.starts_with('-') ? 1 : 0;
  for (size_t at = text.size(); at > first + 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string three_digits(double value) {
  const double magnitude = std::abs(value);
  return decimals(value, magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2);
}

std::string percent(double part, int places) { return decimals(100 * part, places) + " %"; }

std::string signed_percent(double part) { return (part < 0 ? "" : "+") + percent(part); }

std::string code(const std::string& text) { return "`" + text + "`"; }

}  // namespace bench
