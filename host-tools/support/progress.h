// A bar for work that takes long, on a terminal only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace host {

// Draws on standard error once the work has taken two seconds, and wipes itself at the end. Where
// standard error is not a terminal it draws nothing.
class Progress {
 public:
  // Of bytes, the rate is shown, too, and the time that is left.
  enum class Unit : uint8_t { kAny, kBytes };

  // `total` in whatever unit update() counts; 0 when it is not known.
  Progress(std::string label, uint64_t total, Unit unit = Unit::kAny);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void update(uint64_t done);

 private:
  using Clock = std::chrono::steady_clock;

  std::string rate(uint64_t done, Clock::time_point now) const;

  std::string label_;
  uint64_t total_;
  Unit unit_;
  bool is_terminal_;
  bool drawn_ = false;
  Clock::time_point started_ = Clock::now();
  Clock::time_point last_drawn_{};
};

}  // namespace host
