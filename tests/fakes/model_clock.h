// Time that passes only when it is told to.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "base/ticks.h"

namespace fakes {

class ModelClock final : public base::Clock, public base::TickSource {
 public:
  uint64_t now_us() override { return now_ns_ / 1000; }
  // Ticks are nanoseconds.
  uint64_t now() override { return now_ns_; }
  uint64_t hz() override { return 1'000'000'000; }
  std::string_view name() const override { return "model clock"; }

  uint64_t now_ns() const { return now_ns_; }
  void advance_ns(uint64_t duration) { now_ns_ += duration; }
  void advance_us(uint64_t duration) { now_ns_ += 1000 * duration; }
  void advance_to_ns(uint64_t moment) { now_ns_ = moment > now_ns_ ? moment : now_ns_; }

 private:
  uint64_t now_ns_ = 0;
};

}  // namespace fakes
