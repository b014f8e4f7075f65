// When the loader stops waiting for a push and starts the card's kernel.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernel/settings/settings.h"

namespace kernel {

class StartTimer {
 public:
  // A laptop that has waited for us answers the first beacon within its adapter's latency (16 ms
  // for some) and a frame's time, also with a wait of 0.
  static constexpr uint64_t kLeastUs = 100'000;
  // After a push that was cut or refused, another one is likely: at least this long.
  static constexpr uint64_t kAfterPushUs = 60'000'000;

  StartTimer(const Settings& settings, uint64_t now_us)
      : waits_for_ever_(settings.loader_wait == Settings::kForever),
        wait_us_(waits_for_ever_
                     ? 0
                     : std::max(kLeastUs, static_cast<uint64_t>(settings.loader_wait * 1e6))),
        due_us_(now_us + wait_us_) {}

  // To be called all the time. Time that a push takes does not count.
  bool is_due(bool push_is_under_way, uint64_t now_us) {
    if (push_is_under_way) due_us_ = now_us + std::max(wait_us_, kAfterPushUs);
    return !waits_for_ever_ && now_us >= due_us_;
  }
  // There is nothing to start.
  void wait_for_ever() { waits_for_ever_ = true; }

 private:
  bool waits_for_ever_;
  uint64_t wait_us_;
  uint64_t due_us_;
};

}  // namespace kernel
