// A bar for work that takes long, on a terminal only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace host {

// Draws on standard error once the work has taken two seconds, and wipes itself at the end. Where
// standard error is no terminal it draws nothing.
class Progress {
 public:
  // `total` in whatever unit update() counts; 0 when it is not known.
  Progress(std::string label, uint64_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void update(uint64_t done);

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  uint64_t total_;
  bool is_terminal_;
  bool drawn_ = false;
  Clock::time_point started_ = Clock::now();
  Clock::time_point last_drawn_{};
};

}  // namespace host
