#include "host-tools/support/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "host-tools/support/failure.h"

namespace host {

namespace {

constexpr int kBarWidth = 30;
constexpr std::chrono::milliseconds kSilence{2000};
constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

Progress::Progress(std::string label, uint64_t total, Unit unit)
    : label_(std::move(label)),
      total_(total),
      unit_(unit),
      is_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void Progress::update(uint64_t done) {
  if (!is_terminal_) return;
  const Clock::time_point now = Clock::now();
  if (now - started_ < kSilence || now - last_drawn_ < kInterval) return;
  last_drawn_ = now;
  drawn_ = true;
  if (total_ == 0) {
    std::fprintf(stderr, "\r\033[K%s ...", label_.c_str());
    return;
  }
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
  const int filled = static_cast<int>(share * kBarWidth);
  std::fprintf(stderr, "\r\033[K%s [%.*s%.*s] %3.0f %%%s", label_.c_str(), filled,
               "##############################", kBarWidth - filled,
               "..............................", share * 100, rate(done, now).c_str());
}

std::string Progress::rate(uint64_t done, Clock::time_point now) const {
  if (unit_ != Unit::kBytes || done == 0) return {};
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const double bytes_per_second = static_cast<double>(done) / seconds;
  const double left_s = static_cast<double>(total_ - std::min(done, total_)) / bytes_per_second;
  const auto left = static_cast<uint64_t>(left_s + 0.5);
  return text(", {:.1} kB/s, {}:{:02} left", bytes_per_second / 1000, left / 60, left % 60);
}

}  // namespace host
