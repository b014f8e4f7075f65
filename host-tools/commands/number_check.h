// Numbers as people type them: what is wrong with one, and what it must be.
#pragma once

#include <string>
#include <string_view>

namespace host {

struct NumberRule {
  bool is_whole = false;
  double low = 0, high = 0;  // both belong to it
  bool excludes_low = false;

  // "a whole number from 1 to 1024".
  std::string phrase() const;
  // "[1 - 1024]", for the help.
  std::string interval() const;
};

// Empty if `word` is such a number, in decimal digits: neither NaN nor an infinity is one.
std::string number_complaint(std::string_view word, const NumberRule& rule);

}  // namespace host
