#include "host-tools/serial/port.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "host-tools/support/failure.h"

namespace host {

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = Port::Milliseconds;

Milliseconds left_until(Clock::time_point deadline) {
  return std::max(Milliseconds(0), std::chrono::ceil<Milliseconds>(deadline - Clock::now()));
}

// Long waits in pieces that are sure to fit an int, and the clock.
constexpr Milliseconds kLongestWait{std::chrono::hours(1)};

}  // namespace

Port::Ready Port::poll(Milliseconds timeout, bool for_output, int also) {
  pollfd waits[] = {{input_descriptor(), POLLIN, 0},
                    {for_output ? output_descriptor() : -1, POLLOUT, 0},
                    {interrupts_ == nullptr ? -1 : interrupts_->descriptor(), POLLIN, 0},
                    {also, POLLIN, 0}};
  const auto piece = std::clamp(timeout, Milliseconds(0), kLongestWait);
  if (::poll(waits, std::size(waits), static_cast<int>(piece.count())) < 0) {
    if (errno != EINTR) fail("poll: {}", system_error());
    return {};
  }
  if (waits[2].revents != 0) interrupts_->check();
  return {.input = waits[0].revents != 0, .output = waits[1].revents != 0};
}

void Port::take_input() {
  char buffer[4096];
  const ssize_t count = read_now(buffer);
  if (count < 0) return close();
  pending_.append(buffer, static_cast<size_t>(count));
}

bool Port::wait(Milliseconds timeout, int also) {
  if (!pending_.empty()) timeout = Milliseconds(0);
  return poll(timeout, false, also).input || !pending_.empty();
}

size_t Port::read(std::span<char> buffer, Milliseconds timeout) {
  const auto deadline = Clock::now() + std::min(timeout, kLongestWait);
  // A descriptor may be readable, and yet give nothing.
  while (pending_.empty() && is_open()) {
    if (poll(left_until(deadline), false, -1).input) take_input();
    if (Clock::now() >= deadline) break;
  }
  const size_t count = std::min(buffer.size(), pending_.size());
  std::copy_n(pending_.begin(), count, buffer.begin());
  pending_.erase(0, count);
  return count;
}

std::string Port::read(Milliseconds timeout) {
  char buffer[4096];
  return {buffer, read(buffer, timeout)};
}

bool Port::write(std::string_view bytes, Milliseconds patience) {
  auto deadline = Clock::now() + std::min(patience, kLongestWait);
  while (!bytes.empty() && is_open()) {
    const ssize_t count = write_now(bytes);
    if (count < 0) {
      close();
    } else if (count > 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
      deadline = Clock::now() + std::min(patience, kLongestWait);
    } else {
      const Milliseconds left = left_until(deadline);
      if (left == Milliseconds(0)) {
        fail("{}: takes no more bytes; is a program reading at the other end?", name_);
      }
      if (poll(left, true, -1).input) take_input();
    }
  }
  return is_open();
}

void Port::discard_input() {
  while (is_open() && poll(Milliseconds(0), false, -1).input) {
    const size_t before = pending_.size();
    take_input();
    if (pending_.size() == before) break;
  }
  pending_.clear();
}

bool Port::set_baud(uint32_t) { return true; }

bool Port::reopen() {
  close();
  try {
    open();
  } catch (const Failure&) {
    return false;
  }
  return is_open();
}

bool Port::await_return(Milliseconds timeout) {
  constexpr Milliseconds kPause{200};
  const auto deadline = Clock::now() + std::min(timeout, kLongestWait);
  while (!reopen()) {
    const Milliseconds left = left_until(deadline);
    if (left == Milliseconds(0)) return false;
    poll(std::min(left, kPause), false, -1);
  }
  return true;
}

}  // namespace host
