#include "host-tools/pi0-cycles/machine.h"

#include <algorithm>

namespace pi0 {

void Machine::reset_counters() {
  std::fill(functions_.begin(), functions_.end(), Counters{});
  std::fill(calls_.begin(), calls_.end(), 0);
}

void Machine::restore_counters() {
  if (!saved_.empty()) functions_ = saved_;
}

Counters Machine::total() const {
  Counters total;
  for (const Counters& one : functions_) total += one;
  return total;
}

}  // namespace pi0
