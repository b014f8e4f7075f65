#include "kernel/console/keyboard.h"

#include <utility>

namespace kernel {

namespace {

constexpr char kControlC = 0x03;
constexpr char kEscapeKey = 0x1b;

}  // namespace

bool Keyboard::next(char& c) { return typed_ahead_.pop(c) || machine_.try_read(c); }

bool Keyboard::stop_requested() {
  char c;
  char second = 0;
  while (machine_.try_read(c)) {
    if (c == kControlC) return true;
    if (c == kEscapeKey && !begins_sequence(second)) return true;
    keep(c);
    if (c == kEscapeKey) keep(second);
  }
  return false;
}

uint32_t Keyboard::take_overflow() { return std::exchange(lost_, 0); }

// After an Esc: whether a terminal sent it for a cursor or function key. Other keys after it were
// pressed by the user; those that stop a story were pressed once more.
bool Keyboard::begins_sequence(char& second) {
  while (read_soon(second)) {
    if (second == '[' || second == 'O') return true;
    if (second == kEscapeKey || second == kControlC) continue;
    keep(second);
    return false;
  }
  return false;
}

bool Keyboard::read_soon(char& c) {
  const uint64_t start_us = machine_.clock().now_us();
  do {
    if (machine_.try_read(c)) return true;
  } while (machine_.clock().now_us() - start_us < kSequenceUs);
  return false;
}

void Keyboard::keep(char c) {
  if (!typed_ahead_.push(c)) ++lost_;
}

}  // namespace kernel
