#include "tests/pi0-cycles/machine.h"

#include <algorithm>

namespace pi0 {

void Machine::reset_counters() {
  std::fill(functions_.begin(), functions_.end(), Counters{});
  std::fill(calls_.begin(), calls_.end(), 0);
  std::fill(scopes_.begin(), scopes_.end(), Scope{});
  charged_ = {};
}

void Machine::charge(uint32_t scope) {
  const Counters now = total();
  scopes_[scope].counters += now;
  scopes_[scope].counters -= charged_;
  charged_ = now;
}

void Machine::restore_counters() {
  if (saved_.empty()) return;
  functions_ = saved_;
  scopes_ = saved_scopes_;
}

Counters Machine::total() const {
  Counters total;
  for (const Counters& one : functions_) total += one;
  return total;
}

}  // namespace pi0
