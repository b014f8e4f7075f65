// The user's terminal, when every key goes straight to the machine.
#pragma once

#include <termios.h>

namespace host {

// Standard input in raw mode, as long as it lives; as it was before, at the end. Together with
// Interrupts that holds for signals, too.
class RawTerminal {
 public:
  enum class Output {
    kText,   // lines end with LF
    kBytes,  // nothing is changed
  };
  explicit RawTerminal(Output output);
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal();

 private:
  termios before_;
};

}  // namespace host
