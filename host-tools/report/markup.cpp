#include "host-tools/report/markup.h"

#include <cstdio>

namespace host {

std::string escaped(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char letter : text) {
    switch (letter) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default: {
        const auto code = static_cast<unsigned char>(letter);
        const bool control = (code < 0x20 && letter != '\n' && letter != '\t') || code == 0x7f;
        if (control) {
          safe += "\xEF\xBF\xBD";
        } else {
          safe += letter;
        }
      }
    }
  }
  return safe;
}

std::string decimal(double value, int decimals) {
  char digits[400];  // the largest double has 309 digits before its point
  std::snprintf(digits, sizeof digits, "%.*f", decimals, value);
  return digits;
}

namespace {

// Three significant digits, in the largest unit in which the value is 1 or more.
std::string scaled(double value, const char* unit) {
  const int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
  return decimal(value, decimals) + " " + unit;
}

}  // namespace

std::string duration(uint64_t ns) {
  const auto value = static_cast<double>(ns);
  if (ns < 1000) return std::to_string(ns) + " ns";
  if (ns < 1000000) return scaled(value / 1e3, "µs");
  if (ns < 1000000000) return scaled(value / 1e6, "ms");
  return scaled(value / 1e9, "s");
}

std::string milliseconds(uint64_t ns) { return decimal(static_cast<double>(ns) / 1e6, 3); }

std::string bytes_moved(uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes < 1000) return std::to_string(bytes) + " B";
  if (bytes < 1000000) return scaled(value / 1e3, "kB");
  if (bytes < 1000000000) return scaled(value / 1e6, "MB");
  return scaled(value / 1e9, "GB");
}

std::string bytes_held(uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes < 1024) return std::to_string(bytes) + " B";
  if (bytes < 1024 * 1024) return decimal(value / 1024, 1) + " KiB";
  return decimal(value / (1024 * 1024), 1) + " MiB";
}

std::string grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t place = digits.size(); place > 3; place -= 3) {
    digits.insert(place - 3, "\xE2\x80\xAF");
  }
  return digits;
}

std::string share(uint64_t part, uint64_t whole) {
  if (whole == 0) return "0.0 %";
  return decimal(100 * static_cast<double>(part) / static_cast<double>(whole), 1) + " %";
}

}  // namespace host
