// What is typed, also while the machine is busy: nothing is lost, and Ctrl-C and Esc are seen.
#pragma once

#include <cstdint>

#include "base/ring_buffer.h"
#include "kernel/bench/stop_request.h"
#include "kernel/machine.h"

namespace kernel {

class Keyboard final : public StopRequest {
 public:
  // Characters typed or pasted ahead, in addition to what the serial line itself holds.
  static constexpr uint32_t kTypedAhead = 16 * 1024;

  // The machine outlives the keyboard.
  explicit Keyboard(Machine& machine) : machine_(machine) {}

  // The next character, those typed ahead first. False when there is none.
  bool next(char& c);

  // For long computations: whether Ctrl-C or Esc has come. All else is kept for next(). Waits up to
  // kSequenceUs after an Esc, which may be the beginning of a cursor key.
  bool stop_requested() override;

  // How many characters were lost since the last call, because they were typed ahead beyond what
  // there is room for.
  uint32_t take_overflow();

 private:
  // At 9600 baud a character takes 1 ms, and USB adapters pass on what they have every few ms.
  static constexpr uint64_t kSequenceUs = 5'000;

  bool begins_sequence(char& second);
  bool read_soon(char& c);
  void keep(char c);

  Machine& machine_;
  base::RingBuffer<char, kTypedAhead> typed_ahead_;
  uint32_t lost_ = 0;
};

}  // namespace kernel
