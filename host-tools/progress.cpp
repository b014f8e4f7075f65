#include "host-tools/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace host {

namespace {

constexpr int kBarWidth = 30;
constexpr std::chrono::milliseconds kSilence{2000};
constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

Progress::Progress(std::string label, uint64_t total)
    : label_(std::move(label)), total_(total), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

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
  std::fprintf(stderr, "\r\033[K%s [%.*s%.*s] %3.0f %%", label_.c_str(), filled,
               "##############################", kBarWidth - filled,
               "..............................", share * 100);
}

}  // namespace host
